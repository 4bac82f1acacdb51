//! Validates JPEGs and strips everything but the picture.

use std::panic::catch_unwind;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::file_type::detected_type;
use super::frame::{Frame, MAX_MEMORY};
use super::not_a_photo::NotAPhoto;
use super::segments::stripped;

/// Returns the picture without metadata, if it is a JPEG that decodes from beginning to end.
pub fn checked(bytes: &[u8]) -> Result<Vec<u8>, NotAPhoto> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return Err(NotAPhoto::Another(detected_type(bytes)));
    }
    // Decode exactly the bytes that are stored, so that the two cannot differ.
    let (stripped, frame) = stripped(bytes)?;
    // About one damaged file in a million makes the decoder panic.
    let decoded = catch_unwind(|| decode(&stripped, &frame));
    decoded.unwrap_or(Err(NotAPhoto::Damaged))?;
    Ok(stripped)
}

/// Decodes the picture and forgets it. Only brightness, where the decoder can leave out colour: one
/// byte for each pixel. Colour is read from the file all the same.
fn decode(bytes: &[u8], frame: &Frame) -> Result<(), NotAPhoto> {
    let mut headers = decoder(bytes, ColorSpace::RGB);
    headers.decode_headers().map_err(|error| refusal(&error))?;
    let channels = match headers.input_colorspace().ok_or(NotAPhoto::Damaged)? {
        // The decoder reads twice the rows to brightness if colour has half of them.
        ColorSpace::YCbCr if frame.components() == 3 && !frame.has_half_the_rows() => {
            ColorSpace::Luma
        }
        ColorSpace::Luma => ColorSpace::Luma,
        _ => ColorSpace::RGB,
    };
    let memory = frame.memory(u64::try_from(channels.num_components()).unwrap_or(u64::MAX));
    if memory > MAX_MEMORY {
        return Err(NotAPhoto::TooMuchMemory { needed_mib: memory.div_ceil(1024 * 1024) });
    }
    let mut decoder = decoder(bytes, channels);
    decoder.decode_headers().map_err(|error| refusal(&error))?;
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(NotAPhoto::Damaged)?];
    decoder.decode_into(&mut pixels).map_err(|error| refusal(&error))
}

/// As tolerant as browsers: a flaw in the compressed data shows as such in the picture.
fn decoder(bytes: &[u8], channels: ColorSpace) -> JpegDecoder<ZCursor<&[u8]>> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(channels);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options)
}

fn refusal(error: &DecodeErrors) -> NotAPhoto {
    match error {
        DecodeErrors::Unsupported(_) => NotAPhoto::Unsupported("another coding"),
        _ => NotAPhoto::Damaged,
    }
}
