//! A photo for tests.

/// A small JPEG.
#[expect(clippy::expect_used, reason = "an image of eight by eight pixels can be encoded")]
pub fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([120, 80, 40]))
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .expect("a JPEG");
    bytes.into_inner()
}
