//! Validates JPEGs and strips their metadata.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

/// The most pixels (width times height) of an accepted photo; bounds the memory for decoding.
pub const MAX_PIXELS: u64 = 50_000_000;

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const COMMENT: u8 = 0xFE;

/// Why bytes are not an acceptable photo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhoto {
    /// The content is of another type, whatever the file name says.
    #[error("photos must be JPEG files; the content of this file is {0}, whatever its name says")]
    Another(&'static str),
    /// It starts like a JPEG but cannot be decoded to its end.
    #[error("the file starts like a JPEG but cannot be decoded: it is damaged or incomplete")]
    Damaged,
    /// Decoding it would take too much memory.
    #[error("a photo may have at most 50 million pixels; this one has {width} by {height}")]
    TooManyPixels {
        /// In pixels, from the frame header: the picture itself was not decoded.
        width: u32,
        /// In pixels, from the frame header, like `width`.
        height: u32,
    },
}

/// Returns the picture without metadata, if it is a JPEG that decodes from beginning to end.
pub fn checked(bytes: &[u8]) -> Result<Vec<u8>, NotAPhoto> {
    if !bytes.starts_with(&[0xFF, START, 0xFF]) {
        return Err(NotAPhoto::Another(detected_type(bytes)));
    }
    // Decode exactly the bytes that are stored, so that the two cannot differ.
    let stripped = stripped(bytes).ok_or(NotAPhoto::Damaged)?;
    decode(&stripped)?;
    Ok(stripped)
}

fn decode(bytes: &[u8]) -> Result<(), NotAPhoto> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    // At most four channels, plus as much for the decoder itself.
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| NotAPhoto::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(NotAPhoto::TooManyPixels { width, height });
    }
    image::DynamicImage::from_decoder(decoder).map_err(|_| NotAPhoto::Damaged)?;
    Ok(())
}

fn detected_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "empty",
        [0x89, b'P', b'N', b'G', ..] => "a PNG",
        [b'G', b'I', b'F', b'8', ..] => "a GIF",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "a WebP",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "a HEIC, AVIF or video",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        [b'B', b'M', ..] => "a BMP",
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => "a TIFF",
        _ => "something else",
    }
}

/// The file up to the end of its picture, without comments and application segments wherever they
/// occur: EXIF with its location and thumbnail, XMP, IPTC, vendor data. JFIF, the colour profile
/// and Adobe's colour transform stay, because the colours depend on them; JFIF loses its thumbnail.
/// Of EXIF only the orientation stays, without which phone photos would appear sideways.
fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(&[0xFF, START]);
    let mut at = 2;
    loop {
        let (marker, after) = next_marker(bytes, at)?;
        at = after;
        match marker {
            END => {
                kept.extend_from_slice(&[0xFF, END]);
                return Some(kept);
            }
            // Restart markers and TEM have no length, and no meaning between segments.
            0x01 | 0xD0..=0xD7 => continue,
            0x00 | START => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let body = bytes.get(at + 2..at.checked_add(length)?)?;
        at += length;
        match (marker, body) {
            (0xE0, [b'J', b'F', b'I', b'F', 0, ..]) if body.len() >= 14 => {
                kept.extend_from_slice(&[0xFF, 0xE0, 0, 16]);
                kept.extend_from_slice(&body[..12]);
                kept.extend_from_slice(&[0, 0]);
                continue;
            }
            (0xE1, [b'E', b'x', b'i', b'f', 0, 0, exif @ ..]) => {
                if let Some(orientation) = Orientation::from_exif_chunk(exif)
                    && orientation != Orientation::NoTransforms
                {
                    kept.extend_from_slice(&orientation_segment(orientation));
                }
                continue;
            }
            (0xE2, body) if body.starts_with(b"ICC_PROFILE\0") => {}
            (0xEE, body) if body.starts_with(b"Adobe") => {}
            (0xE0..=0xEF | COMMENT, _) => continue,
            _ => {}
        }
        kept.extend_from_slice(&[0xFF, marker]);
        kept.extend_from_slice(&bytes[at - length..at]);
        if marker == SCAN {
            let end = end_of_scan(bytes, at)?;
            kept.extend_from_slice(&bytes[at..end]);
            at = end;
        }
    }
}

/// An EXIF application segment (TIFF, big-endian) with one entry: tag 0x0112, the orientation.
fn orientation_segment(orientation: Orientation) -> Vec<u8> {
    let mut segment = vec![0xFF, 0xE1, 0, 34];
    segment.extend_from_slice(b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01");
    segment.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation.to_exif(), 0, 0]);
    segment.extend_from_slice(&[0; 4]);
    segment
}

/// The next marker at or after `at`, skipping fill bytes, and the offset where it ends.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    if *bytes.get(at)? != 0xFF {
        return None;
    }
    let fill = bytes[at..].iter().take_while(|byte| **byte == 0xFF).count();
    Some((*bytes.get(at + fill)?, at + fill + 1))
}

/// Where the compressed data of a scan ends: at a marker that is neither a stuffed byte nor a
/// restart marker.
fn end_of_scan(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match bytes.get(at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([x * 7, y * 5, x ^ y].map(|shade| shade.to_le_bytes()[0]))
        });
        picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xFF, marker], &length, body, &jpeg[2..]].concat()
    }

    fn contains(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn a_jpeg_is_kept_pixel_by_pixel() {
        let jpeg = picture(40, 30);
        let kept = checked(&jpeg).unwrap();
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_bytes();
        assert_eq!(pixels(&kept), pixels(&jpeg));
        assert_eq!(checked(&kept).unwrap(), kept);
    }

    #[test]
    fn metadata_of_the_picture_is_stripped() {
        let mut jpeg = with_segment(&picture(16, 16), 0xE1, b"Exif\0\0the place it was taken");
        jpeg = with_segment(&jpeg, 0xE1, b"http://ns.adobe.com/xap/1.0/\0the name");
        jpeg = with_segment(&jpeg, COMMENT, b"a comment");
        jpeg = with_segment(&jpeg, 0xED, b"Photoshop 3.0\0the address");
        jpeg.extend_from_slice(b"PK\x03\x04 something after the picture");
        let kept = checked(&jpeg).unwrap();
        for secret in [&b"place"[..], b"Exif", b"name", b"comment", b"address", b"after"] {
            assert!(!contains(&kept, secret));
        }
        assert_eq!(kept, checked(&picture(16, 16)).unwrap());
    }

    #[test]
    fn only_the_orientation_stays_of_exif() {
        // Little-endian, with the camera model next to the orientation.
        let mut exif = b"Exif\0\0II\x2A\0\x08\0\0\0\x02\0".to_vec();
        exif.extend_from_slice(&[0x10, 0x01, 2, 0, 4, 0, 0, 0, b'c', b'a', b'm', 0]);
        exif.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
        exif.extend_from_slice(&[0; 4]);
        let kept = checked(&with_segment(&picture(16, 16), 0xE1, &exif)).unwrap();
        let mut decoder =
            ImageReader::with_format(Cursor::new(&kept), ImageFormat::Jpeg).into_decoder().unwrap();
        assert_eq!(decoder.orientation().unwrap(), Orientation::Rotate90);
        assert!(!contains(&kept, b"cam"));
        assert_eq!(checked(&kept).unwrap(), kept, "stripping again changes nothing");
    }

    #[test]
    fn a_png_renamed_to_jpg_is_refused() {
        let mut png = vec![0x89, b'P', b'N', b'G', 13, 10, 26, 10];
        png.extend_from_slice(&[0; 64]);
        assert_eq!(checked(&png), Err(NotAPhoto::Another("a PNG")));
        assert_eq!(checked(b""), Err(NotAPhoto::Another("empty")));
    }

    #[test]
    fn half_a_jpeg_is_refused() {
        let jpeg = picture(64, 64);
        for length in [3, 20, jpeg.len() / 2, jpeg.len() - 2] {
            assert_eq!(checked(&jpeg[..length]), Err(NotAPhoto::Damaged), "{length} bytes");
        }
        assert_eq!(checked(&[0xFF, 0xD8, 0xFF, 0xD9]), Err(NotAPhoto::Damaged));
    }

    #[test]
    fn a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() {
        let mut jpeg = picture(16, 16);
        // The frame header holds height and width after marker, length and precision.
        let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
        let refused = checked(&jpeg);
        assert!(
            matches!(refused, Err(NotAPhoto::TooManyPixels { width: 65_535, .. })),
            "{refused:?}"
        );
    }
}
