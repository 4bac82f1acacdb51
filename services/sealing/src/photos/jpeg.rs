//! Validates JPEGs and strips everything but the picture.

use std::panic::catch_unwind;

use recourse_kernel::Hash;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::file_type::detected_type;
use super::frame::{Frame, MAX_MEMORY};
use super::not_a_photo::NotAPhoto;
use super::segments::{Stripped, stripped};

/// The bytes of an end marker.
const END: [u8; 2] = [0xFF, 0xD9];
/// What a decoder reads after the data of a picture, if it has not found all of it. No two are
/// codes of the same picture.
const MORE: [[u8; 64]; 2] = [[0x55; 64], [0xB2; 64]];
/// So many bytes at the end of a scan always have a part of the picture.
const LAST: usize = 4;

/// Returns the picture without metadata, if it is a JPEG that decodes from beginning to end. The
/// marker of its end may be missing, as after some uploads; the picture must be whole.
pub fn checked(bytes: &[u8]) -> Result<Vec<u8>, NotAPhoto> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return Err(NotAPhoto::Another(detected_type(bytes)));
    }
    // Decode exactly the bytes that are stored, so that the two cannot differ.
    let Stripped { bytes: kept, frame, had_end } = stripped(bytes)?;
    // About one damaged file in a million makes the decoder panic.
    let decoded = catch_unwind(|| {
        if had_end { decode(&kept, &frame, false).map(drop) } else { is_whole(&kept, &frame) }
    });
    decoded.unwrap_or(Err(NotAPhoto::Damaged))?;
    Ok(kept)
}

/// Whether a picture whose end marker was missing is whole, and has nothing after it.
///
/// A decoder makes up what is missing, and does not say so. But once it has everything, it does not
/// matter what follows; and if it has nothing else, it matters once the last bytes are gone.
/// Only of a baseline picture with a scan for each component does it read more than it needs.
fn is_whole(bytes: &[u8], frame: &Frame) -> Result<(), NotAPhoto> {
    let data = bytes.strip_suffix(&END).unwrap_or(bytes);
    let picture_of = |data: &[u8], more: &[u8]| {
        let picture = decode(&[data, more, &END].concat(), frame, true)?;
        Ok::<_, NotAPhoto>(Hash::of_bytes(&picture))
    };
    let picture = picture_of(data, &[])?;
    let is_same = |data: &[u8], more: &[u8; 64]| picture_of(data, more) == Ok(picture);
    let without_last = &data[..data.len().saturating_sub(LAST)];
    let is_all = MORE.iter().all(|more| is_same(data, more));
    let is_too_much = || MORE.iter().all(|more| is_same(without_last, more));
    if is_all && !is_too_much() { Ok(()) } else { Err(NotAPhoto::Damaged) }
}

/// The pixels of the picture. Only brightness, where the decoder can leave out colour, unless it is
/// asked for: one byte for each pixel. Colour is read from the file all the same.
fn decode(bytes: &[u8], frame: &Frame, with_colour: bool) -> Result<Vec<u8>, NotAPhoto> {
    let mut headers = decoder(bytes, ColorSpace::RGB);
    headers.decode_headers().map_err(|error| refusal(&error))?;
    let can_leave_out = !with_colour && frame.components() == 3 && !frame.has_half_the_rows();
    let channels = match headers.input_colorspace().ok_or(NotAPhoto::Damaged)? {
        // The decoder reads twice the rows to brightness if colour has half of them.
        ColorSpace::YCbCr if can_leave_out => ColorSpace::Luma,
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
    decoder.decode_into(&mut pixels).map_err(|error| refusal(&error))?;
    Ok(pixels)
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
