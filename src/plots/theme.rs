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
