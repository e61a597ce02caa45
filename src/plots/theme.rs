//! Colours and sizes of drawings: the same tokens as in the style sheet.

use plotters::style::RGBColor;

/// Colours of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Behind everything.
    pub surface: RGBColor,
    /// Text and strong lines.
    pub text: RGBColor,
    /// Text of less weight.
    pub muted: RGBColor,
    /// Decoration only.
    pub line: RGBColor,
    /// The one accent.
    pub accent: RGBColor,
    /// Whether the surface is dark.
    pub dark: bool,
}

impl Theme {
    /// Ink on paper.
    pub const LIGHT: Theme = Theme {
        surface: RGBColor(0xff, 0xff, 0xff),
        text: RGBColor(0x1c, 0x22, 0x30),
        muted: RGBColor(0x56, 0x5d, 0x6b),
        line: RGBColor(0xd8, 0xd4, 0xc8),
        accent: RGBColor(0x2a, 0x4f, 0xa3),
        dark: false,
    };

    /// Paper at night.
    pub const DARK: Theme = Theme {
        surface: RGBColor(0x1a, 0x1e, 0x27),
        text: RGBColor(0xe9, 0xe6, 0xdc),
        muted: RGBColor(0xa9, 0xad, 0xb8),
        line: RGBColor(0x33, 0x39, 0x47),
        accent: RGBColor(0x93, 0xb4, 0xff),
        dark: true,
    };

    /// Colour of class or cluster `i`, from ten that also colour-blind people tell apart
    /// (M. Petroff's set); used beside a name or a number, never alone.
    pub fn class(&self, i: u8) -> RGBColor {
        const TEN: [(u8, u8, u8); 10] = [
            (0x3f, 0x90, 0xda),
            (0xff, 0xa9, 0x0e),
            (0xbd, 0x1f, 0x01),
            (0x94, 0xa4, 0xa2),
            (0x83, 0x2d, 0xb6),
            (0xa9, 0x6b, 0x59),
            (0xe7, 0x63, 0x00),
            (0xb9, 0xac, 0x70),
            (0x71, 0x75, 0x81),
            (0x92, 0xda, 0xdd),
        ];
        let (r, g, b) = TEN[usize::from(i) % TEN.len()];
        RGBColor(r, g, b)
    }
}

/// What a drawing is drawn into.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Backing pixels to a CSS pixel: plotters knows none but backing pixels.
    pub scale: f64,
    /// Colours.
    pub theme: Theme,
}

impl Frame {
    /// A length in CSS pixels as backing pixels.
    pub fn px(&self, length: f64) -> i32 {
        (length * self.scale).round() as i32
    }

    /// A font size in CSS pixels.
    pub fn font(&self, size: f64) -> f64 {
        size * self.scale
    }
}
