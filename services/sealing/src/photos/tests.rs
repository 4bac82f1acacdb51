//! Photos as phones and programs write them, and files that are none.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageDecoder as _, ImageFormat, ImageReader};

use super::{MAX_PIXELS, NotAPhoto, checked};

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
    jpeg = with_segment(&jpeg, 0xFE, b"a comment");
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
    for length in [2, 3, 20, jpeg.len() / 2, jpeg.len() - 8, jpeg.len() - 4] {
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
    assert!(matches!(refused, Err(NotAPhoto::TooManyPixels { width: 65_535, .. })), "{refused:?}");
}

const HALF_BOTH: &[u8] = include_bytes!("samples/colour-half-both.jpg");

/// The offset of the first marker of this kind after the start.
fn marker_in(jpeg: &[u8], marker: u8) -> usize {
    jpeg.windows(2).position(|pair| pair == [0xFF, marker]).unwrap()
}

/// The picture with these bytes before one of its segments.
fn with_bytes_before(jpeg: &[u8], marker: u8, stray: &[u8]) -> Vec<u8> {
    let at = marker_in(jpeg, marker);
    [&jpeg[..at], stray, &jpeg[at..]].concat()
}

#[track_caller]
fn is_stored_as(written: &[u8], picture: &[u8]) {
    let kept = checked(written).unwrap();
    assert!(kept == checked(picture).unwrap(), "what is stored is the picture alone");
    assert!(checked(&kept).unwrap() == kept, "stripping again changes nothing");
}

#[test]
fn every_common_coding_is_read() {
    for (name, jpeg) in [
        ("half both", HALF_BOTH),
        ("half columns", include_bytes!("samples/colour-half-columns.jpg")),
        ("half rows", include_bytes!("samples/colour-half-rows.jpg")),
        ("quarter columns", include_bytes!("samples/colour-quarter-columns.jpg")),
        ("optimised", include_bytes!("samples/colour-whole-optimised.jpg")),
        ("progressive", include_bytes!("samples/progressive.jpg")),
        ("progressive, whole", include_bytes!("samples/progressive-colour-whole.jpg")),
        ("progressive, half rows", include_bytes!("samples/progressive-half-rows.jpg")),
        ("progressive, restarts", include_bytes!("samples/progressive-restart-markers.jpg")),
        ("grey", include_bytes!("samples/grey.jpg")),
        ("grey, progressive", include_bytes!("samples/grey-progressive.jpg")),
        ("print colours", include_bytes!("samples/print-colours.jpg")),
        ("print, progressive", include_bytes!("samples/print-colours-progressive.jpg")),
        ("red, green, blue", include_bytes!("samples/rgb.jpg")),
        ("restart markers", include_bytes!("samples/restart-markers.jpg")),
        ("a scan each", include_bytes!("samples/scan-for-each-component.jpg")),
        ("two pictures", include_bytes!("samples/two-pictures.jpg")),
    ] {
        let kept = checked(jpeg).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_bytes();
        assert!(pixels(&kept) == pixels(jpeg), "{name}: the picture is the same");
        for length in [2, 3, 100, kept.len() / 2, kept.len() - 20] {
            assert_eq!(checked(&kept[..length]), Err(NotAPhoto::Damaged), "{name}: {length}");
        }
        // The decoder reads beyond the last one of these scans, so it cannot say what is missing.
        let is_known = name != "a scan each";
        for length in [kept.len() - 1, kept.len() - 2].into_iter().filter(|_| is_known) {
            assert!(
                checked(&kept[..length]) == Ok(kept.clone()),
                "{name}: only its end is missing"
            );
        }
    }
}

#[test]
fn a_photo_without_its_end_marker_is_taken_if_nothing_else_is_missing() {
    let photo = picture(200, 120);
    let whole = checked(&photo).unwrap();
    let cut = |missing: usize| checked(&photo[..photo.len() - missing]);
    assert!(cut(1) == Ok(whole.clone()) && cut(2) == Ok(whole.clone()));
    // Metadata goes all the same.
    let described = with_segment(&photo[..photo.len() - 2], 0xE1, b"Exif\0\0the place");
    assert!(checked(&described) == Ok(whole));
    for missing in [6, 10, 50, 200, 1_000] {
        assert_eq!(cut(missing), Err(NotAPhoto::Damaged), "{missing} bytes");
    }
    // What follows may be anything, so it may not be stored.
    let longer = [&photo[..photo.len() - 2], b"something after the picture"].concat();
    assert_eq!(checked(&longer), Err(NotAPhoto::Damaged));
    let refused = NotAPhoto::Damaged.to_string();
    assert!(refused.contains("send the original file again"), "{refused}");
}

#[test]
fn a_progressive_photo_without_its_last_scan_is_refused() {
    let photo = include_bytes!("samples/progressive.jpg");
    let last = photo.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    assert_eq!(checked(&photo[..last]), Err(NotAPhoto::Damaged));
}

#[test]
fn a_segment_without_its_ff_is_left_out() {
    // As some phones write it after EXIF; its content looks like markers.
    let mut stray = vec![0x00, 0xE1, 0x00, 0x1A];
    stray.extend_from_slice(&[0xFF, 0xD8, 0xFF, 0xDB, 0x00, 0x43, 0xFF, 0xD9, 0xFF, 0xDA, 0, 8]);
    stray.extend_from_slice(&[7; 12]);
    let exif_first = with_segment(HALF_BOTH, 0xE1, b"Exif\0\0II\x2A\0\x08\0\0\0\0\0\0\0\0\0");
    is_stored_as(&with_bytes_before(&exif_first, 0xE0, &stray), HALF_BOTH);
    let (mut app0, rest) = (stray.clone(), HALF_BOTH);
    app0[1] = 0xE0;
    is_stored_as(&with_bytes_before(rest, 0xDB, &app0), HALF_BOTH);
    // Right after the start.
    is_stored_as(&[&rest[..2], &stray, &rest[2..]].concat(), HALF_BOTH);
}

#[test]
fn several_segments_without_their_ff_are_left_out() {
    let without_ff = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0, marker], &length[..], body].concat()
    };
    // EXIF with a thumbnail, which is a picture of its own.
    let thumbnail = [b"Exif\0\0MM\0\x2A", &picture(8, 8)[..], &[0; 8]].concat();
    let (exif, end) = (without_ff(0xE1, &thumbnail), without_ff(0xE0, b"JFXX\0\xFF\xD9\0"));
    for several in [
        [&exif[..], &exif].concat(),
        [&end[..], &end].concat(),
        [&end[..], &exif, &end].concat(),
        // What follows the last one is stray.
        [&exif[..], &end, b"\0\0\0"].concat(),
        [&exif[..], b"\0"].concat(),
    ] {
        for marker in [0xE0, 0xDB, 0xC4] {
            is_stored_as(&with_bytes_before(HALF_BOTH, marker, &several), HALF_BOTH);
        }
    }
    // The last one is not whole.
    let cut = [&exif[..], b"\0\xE1\xFF\xFF"].concat();
    is_stored_as(&with_bytes_before(HALF_BOTH, 0xDB, &cut), HALF_BOTH);
}

#[test]
fn stray_bytes_between_segments_are_left_out() {
    for stray in [
        &b"\0"[..],
        b"\0\0\0\0\0\0\0\0",
        b"stray text",
        b"\xFF\x00\xFF\x00",
        b"\x00\xE1\xFF\xFE",
        b"\x12\xFF\xDB\x00\x04\x34",
    ] {
        for marker in [0xE0, 0xDB, 0xC0, 0xC4, 0xDA] {
            is_stored_as(&with_bytes_before(HALF_BOTH, marker, stray), HALF_BOTH);
        }
    }
    // Fill bytes are part of the next marker.
    is_stored_as(&with_bytes_before(HALF_BOTH, 0xC4, &[0xFF; 5]), HALF_BOTH);
}

#[test]
fn further_pictures_in_the_file_are_left_out() {
    let gain_map = include_bytes!("samples/grey.jpg");
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta hdrgm:Version=\"1.0\"/>";
    let index = [&b"MPF\0MM\0\x2A\0\0\0\x08"[..], &[0; 40]].concat();
    let described = with_segment(&with_segment(HALF_BOTH, 0xE2, &index), 0xE1, xmp);
    for after in [
        &gain_map[..],
        include_bytes!("samples/colour-half-rows.jpg"),
        b"\0\0\0\x18ftypmp42 a moving picture",
        b"SEFH and what a drone writes",
        b"\0\0\0\0\xFF",
    ] {
        let file = [&described[..], after].concat();
        is_stored_as(&file, HALF_BOTH);
        assert!(!contains(&checked(&file).unwrap(), b"hdrgm"));
        assert!(!contains(&checked(&file).unwrap(), b"MPF"));
        // The first picture must be whole, whatever follows.
        let half = [&described[..described.len() / 2], after].concat();
        assert_eq!(checked(&half), Err(NotAPhoto::Damaged));
    }
}

#[test]
fn every_orientation_stays() {
    for value in 1..=8_u8 {
        let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend_from_slice(&[value, 0, 0, 0, 0, 0, 0]);
        let kept = checked(&with_segment(HALF_BOTH, 0xE1, &exif)).unwrap();
        let reader = ImageReader::with_format(Cursor::new(&kept), ImageFormat::Jpeg);
        let orientation = reader.into_decoder().unwrap().orientation().unwrap();
        assert_eq!(orientation.to_exif(), value);
    }
}

#[test]
fn a_coding_that_cannot_be_read_is_not_called_damaged() {
    let arithmetic = [
        &include_bytes!("samples/refused/arithmetic.jpg")[..],
        include_bytes!("samples/refused/arithmetic-progressive.jpg"),
    ];
    let frame = marker_in(HALF_BOTH, 0xC0);
    let with = |offset: usize, value: u8| {
        let mut jpeg = HALF_BOTH.to_vec();
        jpeg[frame + offset] = value;
        jpeg
    };
    let mut no_height = HALF_BOTH.to_vec();
    no_height[frame + 5..frame + 7].fill(0);
    let patched =
        [with(4, 12), with(4, 16), with(1, 0xC3), with(1, 0xCB), with(1, 0xF7), no_height];
    for jpeg in arithmetic.into_iter().chain(patched.iter().map(Vec::as_slice)) {
        let refused = checked(jpeg).unwrap_err();
        let sentence = refused.to_string();
        let start = "this kind of JPEG cannot be read here; save it as a baseline JPEG";
        assert!(sentence.starts_with(start), "{sentence}");
        // Also if only its beginning arrived.
        assert!(matches!(checked(&jpeg[..400]), Err(NotAPhoto::Unsupported(_))), "{sentence}");
    }
}

/// A flat grey picture. With the standard tables a unit of 16 by 16 pixels is four bytes: no
/// difference, end of block, four times for brightness and twice for colour.
fn flat(width: u16, height: u16) -> Vec<u8> {
    let (frame, scan) = (marker_in(HALF_BOTH, 0xC0), marker_in(HALF_BOTH, 0xDA));
    let mut jpeg = HALF_BOTH[..scan + 14].to_vec();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    let units = usize::from(width.div_ceil(16)) * usize::from(height.div_ceil(16));
    jpeg.extend([0x28, 0xA2, 0x8A, 0x00].repeat(units));
    jpeg.extend_from_slice(&[0xFF, 0xD9]);
    jpeg
}

#[test]
fn the_largest_photos_of_phones_are_taken() {
    for (width, height) in [(8160, 6120), (8160, 6144), (8192, 6144), (9248, 6944)] {
        let jpeg = flat(width, height);
        assert_eq!(checked(&jpeg).map(|kept| kept.len()), Ok(jpeg.len()), "{width} by {height}");
    }
    assert!(u64::from(9_248_u32) * 6_944 <= MAX_PIXELS);
    let refused = checked(&flat(12_000, 9_000)).unwrap_err();
    assert_eq!(refused, NotAPhoto::TooManyPixels { width: 12_000, height: 9_000 });
}

#[test]
fn a_progressive_picture_that_takes_too_much_memory_is_refused_before_it_is_decoded() {
    let mut jpeg = include_bytes!("samples/progressive-colour-whole.jpg").to_vec();
    let frame = marker_in(&jpeg, 0xC2);
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x1F, 0xE0, 0x1F, 0xE0]);
    let refused = checked(&jpeg).unwrap_err();
    assert_eq!(refused, NotAPhoto::TooMuchMemory { needed_mib: 445 });
    assert!(refused.to_string().contains("save it as a baseline JPEG"), "{refused}");
}

#[test]
fn noise_is_never_a_photo() {
    // A generator of numbers that is the same on every machine.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    for length in [1, 2, 16, 1_000, 5_000] {
        let noise: Vec<u8> = (0..length).map(|_| next()).collect();
        assert!(matches!(checked(&noise), Err(NotAPhoto::Another(_))), "{length}");
        let started = [&[0xFF, 0xD8][..], &noise].concat();
        assert!(checked(&started).is_err(), "{length}");
        let header = [&HALF_BOTH[..marker_in(HALF_BOTH, 0xC4)], &noise].concat();
        assert!(checked(&header).is_err(), "{length}");
    }
}

#[test]
fn a_file_on_which_the_decoder_panics_is_damaged() {
    let jpeg = include_bytes!("samples/refused/damaged-decoder-panics.jpg");
    assert_eq!(checked(jpeg), Err(NotAPhoto::Damaged));
}
