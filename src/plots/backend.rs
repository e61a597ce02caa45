//! A canvas and an SVG document as one type, so that each drawing is compiled once.

use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
#[cfg(all(target_arch = "wasm32", feature = "page"))]
use plotters_canvas::CanvasBackend;

/// Where a figure is drawn.
pub enum Surface<'a> {
    /// A canvas on the page.
    #[cfg(all(target_arch = "wasm32", feature = "page"))]
    Canvas(CanvasBackend),
    /// A document.
    Svg(SVGBackend<'a>),
}

/// Why a backend failed.
#[derive(Debug)]
pub struct SurfaceError(String);

impl std::fmt::Display for SurfaceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SurfaceError {}

type Done<T = ()> = Result<T, DrawingErrorKind<SurfaceError>>;

fn failed<E: std::error::Error + Send + Sync>(error: DrawingErrorKind<E>) -> DrawingErrorKind<SurfaceError> {
    DrawingErrorKind::DrawingError(SurfaceError(error.to_string()))
}

/// The same call of whichever it is.
macro_rules! both {
    ($surface:expr, $backend:ident => $call:expr) => {
        match $surface {
            #[cfg(all(target_arch = "wasm32", feature = "page"))]
            Surface::Canvas($backend) => $call.map_err(failed),
            Surface::Svg($backend) => $call.map_err(failed),
        }
    };
}

impl DrawingBackend for Surface<'_> {
    type ErrorType = SurfaceError;

    fn get_size(&self) -> (u32, u32) {
        match self {
            #[cfg(all(target_arch = "wasm32", feature = "page"))]
            Surface::Canvas(backend) => backend.get_size(),
            Surface::Svg(backend) => backend.get_size(),
        }
    }

    fn ensure_prepared(&mut self) -> Done {
        both!(self, backend => backend.ensure_prepared())
    }

    fn present(&mut self) -> Done {
        both!(self, backend => backend.present())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Done {
        both!(self, backend => backend.draw_pixel(point, color))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        both!(self, backend => backend.draw_line(from, to, style))
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Done {
        both!(self, backend => backend.draw_rect(from, to, style, fill))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        both!(self, backend => backend.draw_path(path, style))
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        both!(self, backend => backend.draw_circle(center, radius, style, fill))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Done {
        both!(self, backend => backend.fill_polygon(corners, style))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, place: BackendCoord) -> Done {
        both!(self, backend => backend.draw_text(text, style, place))
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Done<(u32, u32)> {
        both!(self, backend => backend.estimate_text_size(text, style))
    }

    fn blit_bitmap(&mut self, place: BackendCoord, size: (u32, u32), pixels: &[u8]) -> Done {
        both!(self, backend => backend.blit_bitmap(place, size, pixels))
    }
}
