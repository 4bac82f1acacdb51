//! Walks through the segments of a JPEG, and keeps those that make up the picture.

use image::metadata::Orientation;

use super::frame::{Frame, unsupported_coding};
use super::not_a_photo::NotAPhoto;
use super::scans::Scans;

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const LINES: u8 = 0xDC;
const COMMENT: u8 = 0xFE;

/// A picture without anything else.
pub(super) struct Stripped {
    /// A JPEG with an end marker.
    pub(super) bytes: Vec<u8>,
    pub(super) frame: Frame,
    /// Whether the file had the end marker. If not, its last scan may not be whole.
    pub(super) had_end: bool,
}

/// The file up to the end of its first picture, without comments and application segments wherever
/// they occur: EXIF with its location and thumbnail, XMP, IPTC, vendor data, the index of further
/// pictures. JFIF, the colour profile and Adobe's colour transform stay, because the colours depend
/// on them; JFIF loses its thumbnail. Of EXIF only the orientation stays, without which phone
/// photos would appear sideways. Further pictures in the file (MPO, gain maps, videos) go, and so
/// do bytes between segments. A file that ends in the last scan of its picture gets an end marker.
pub(super) fn stripped(bytes: &[u8]) -> Result<Stripped, NotAPhoto> {
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(&[0xFF, START]);
    let (mut at, mut frame, mut scans) = (2, None, Scans::default());
    loop {
        let (marker, after) = next_marker(bytes, at).ok_or(NotAPhoto::Damaged)?;
        at = after;
        match marker {
            END => {
                kept.extend_from_slice(&[0xFF, END]);
                let frame = frame.ok_or(NotAPhoto::Damaged)?;
                return Ok(Stripped { bytes: kept, frame, had_end: true });
            }
            // Restart markers and TEM have no length, and no meaning between segments.
            0x01 | 0xD0..=0xD7 => continue,
            START => return Err(NotAPhoto::Damaged),
            _ => {}
        }
        if let Some(coding) = unsupported_coding(marker) {
            return Err(NotAPhoto::Unsupported(coding));
        }
        let body = body_at(bytes, at).ok_or(NotAPhoto::Damaged)?;
        at += body.len() + 2;
        if let 0xC0..=0xC2 = marker {
            frame = Some(Frame::read(marker, body)?);
        }
        keep(&mut kept, marker, body);
        if marker == SCAN {
            let mut frame_so_far = frame.take().ok_or(NotAPhoto::Damaged)?;
            let components = body.first().copied().map_or(0, usize::from);
            frame_so_far.is_interleaved &= components == frame_so_far.components();
            scans.add(body, frame_so_far.is_progressive);
            let Some(end) = end_of_scan(bytes, at) else {
                return without_end(kept, &bytes[at..], frame_so_far, &scans);
            };
            frame = Some(frame_so_far);
            kept.extend_from_slice(&bytes[at..end]);
            at = end;
        }
    }
}

/// The picture of a file that ends in this scan, which must be its last one.
fn without_end(
    mut kept: Vec<u8>,
    scan: &[u8],
    frame: Frame,
    scans: &Scans,
) -> Result<Stripped, NotAPhoto> {
    if !scans.are_all(frame.components()) {
        return Err(NotAPhoto::Damaged);
    }
    // Half of the end marker may be there.
    let length = scan.iter().rposition(|byte| *byte != 0xFF).map_or(0, |last| last + 1);
    kept.extend_from_slice(&scan[..length]);
    kept.extend_from_slice(&[0xFF, END]);
    Ok(Stripped { bytes: kept, frame, had_end: false })
}

fn keep(kept: &mut Vec<u8>, marker: u8, body: &[u8]) {
    match (marker, body) {
        (0xE0, [b'J', b'F', b'I', b'F', 0, ..]) if body.len() >= 14 => {
            kept.extend_from_slice(&[0xFF, 0xE0, 0, 16]);
            kept.extend_from_slice(&body[..12]);
            kept.extend_from_slice(&[0, 0]);
            return;
        }
        (0xE1, [b'E', b'x', b'i', b'f', 0, 0, exif @ ..]) => {
            if let Some(orientation) = Orientation::from_exif_chunk(exif)
                && orientation != Orientation::NoTransforms
            {
                kept.extend_from_slice(&orientation_segment(orientation));
            }
            return;
        }
        (0xE2, body) if body.starts_with(b"ICC_PROFILE\0") => {}
        (0xEE, body) if body.starts_with(b"Adobe") => {}
        // The number of lines is in the frame, too.
        (0xE0..=0xEF | COMMENT | LINES, _) => return,
        _ => {}
    }
    let [high, low, ..] = body.len().saturating_add(2).to_be_bytes()[6..] else { return };
    kept.extend_from_slice(&[0xFF, marker, high, low]);
    kept.extend_from_slice(body);
}

/// An EXIF application segment (TIFF, big-endian) with one entry: tag 0x0112, the orientation.
fn orientation_segment(orientation: Orientation) -> Vec<u8> {
    let mut segment = vec![0xFF, 0xE1, 0, 34];
    segment.extend_from_slice(b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01");
    segment.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation.to_exif(), 0, 0]);
    segment.extend_from_slice(&[0; 4]);
    segment
}

/// The next marker at or after `at`, skipping fill bytes and stray ones, and the offset where it
/// ends.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let (marker, after) = marker_at(bytes, at)?;
    match marker {
        Some(marker) => Some((marker, after)),
        None => marker_at(bytes, after_stray_bytes(bytes, at)?)
            .and_then(|(marker, after)| Some((marker?, after))),
    }
}

/// The marker that begins here, if one does, and the offset where it ends.
fn marker_at(bytes: &[u8], at: usize) -> Option<(Option<u8>, usize)> {
    let fill = bytes.get(at..)?.iter().take_while(|byte| **byte == 0xFF).count();
    let marker = *bytes.get(at + fill)?;
    Some(((fill > 0 && marker != 0).then_some(marker), at + fill + 1))
}

/// Where the segments go on after bytes that belong to none.
///
/// Some phones write application segments as `00 E1`, one or several in a row: the length of each
/// leads to the next one, and that of the last to the next marker. Nothing in them passes for a
/// marker. Anything else ends at the next segment that is followed by another one, so that no two
/// bytes in it pass for a marker either.
fn after_stray_bytes(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    while let Some([0, 0xE0..=0xEF, ..]) = bytes.get(end..)
        && let Some(body) = body_at(bytes, end + 2)
    {
        end += body.len() + 4;
    }
    if end > at && bytes.get(end) == Some(&0xFF) {
        return Some(end);
    }
    (end..bytes.len()).find(|at| begins_a_segment(bytes, *at))
}

fn begins_a_segment(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at..) {
        Some([0xFF, END, ..]) => true,
        Some([0xFF, 0xC0..=0xCF | SCAN..=0xDF | 0xE0..=0xEF | COMMENT, ..]) => {
            let end = body_at(bytes, at + 2).map(|body| at + 4 + body.len());
            let is_scan = bytes[at + 1] == SCAN;
            end.is_some_and(|end| bytes.get(end).is_some_and(|next| is_scan || *next == 0xFF))
        }
        _ => false,
    }
}

/// What follows a segment's length, which counts itself.
fn body_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    bytes.get(at + 2..at.checked_add(length)?)
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
