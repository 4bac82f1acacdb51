//! Generates tiny photos.

use anyhow::Context as _;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

/// Eight by eight pixels.
const SIDE: u32 = 8;

/// A valid JPEG of one colour; each number gives a different photo.
pub fn jpeg(number: u64) -> anyhow::Result<Vec<u8>> {
    let [red, green, blue, ..] = number.to_le_bytes();
    let pixels: Vec<u8> = (0..SIDE * SIDE).flat_map(|_| [red, green, blue]).collect();
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes)
        .write_image(&pixels, SIDE, SIDE, ExtendedColorType::Rgb8)
        .context("encoding a photo")?;
    Ok(bytes)
}

/// The beginning of a PNG file: not a JPEG, whatever its name says.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde";
