//! What a file is by its content, whatever its name says.

/// The type of a file that is not a JPEG.
pub(super) fn detected_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "empty",
        [0x89, b'P', b'N', b'G', ..] => "a PNG",
        [b'G', b'I', b'F', b'8', ..] => "a GIF",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "a WebP",
        [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] => by_brand(brands),
        [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] | [0xFF, 0x0A, ..] => "a JPEG XL",
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => "a JPEG 2000",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        [b'B', b'M', ..] => "a BMP",
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => "a TIFF or a raw photo",
        [b'-', b'-', ..] => "a form; send the bytes of the photo alone",
        [b'/', b'9', b'j', b'/', ..] | [b'd', b'a', b't', b'a', b':', ..] => {
            "a JPEG in Base64; send its bytes as they are"
        }
        [b'<' | b'{', ..] => "text",
        _ => "something else",
    }
}

/// The type of a file of the ISO base media format: its main brand, a version, and further brands.
fn by_brand(brands: &[u8]) -> &'static str {
    let all = brands.chunks_exact(4).take(16).enumerate();
    let mut all = all.filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    match all.next() {
        Some(b"avif" | b"avis") => "an AVIF",
        Some(b"mif1" | b"msf1") => {
            if all.any(|brand| brand == b"avif") {
                "an AVIF"
            } else {
                "a HEIC"
            }
        }
        Some([b'h', b'e', b'i' | b'v', _]) => "a HEIC",
        Some(b"crx ") => "a raw photo",
        _ => "a video",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_their_content() {
        let box_of = |brands: &[u8]| [&[0, 0, 0, 28], &b"ftyp"[..], brands].concat();
        for (bytes, name) in [
            (box_of(b"heic\0\0\0\0mif1heic"), "a HEIC"),
            (box_of(b"mif1\0\0\0\0mif1heic"), "a HEIC"),
            (box_of(b"hevc\0\0\0\0"), "a HEIC"),
            (box_of(b"avif\0\0\0\0mif1"), "an AVIF"),
            (box_of(b"mif1\0\0\0\0avifmif1"), "an AVIF"),
            (box_of(b"qt  \0\0\0\0"), "a video"),
            (box_of(b"isom\0\0\0\0mp41"), "a video"),
            (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), "a WebP"),
            (b"\x89PNG\r\n\x1a\n".to_vec(), "a PNG"),
            (b"\0\0\0\x0CJXL \r\n\x87\n".to_vec(), "a JPEG XL"),
            (b"II*\0".to_vec(), "a TIFF or a raw photo"),
            (Vec::new(), "empty"),
            (b"\x01\x02\x03\x04".to_vec(), "something else"),
        ] {
            assert_eq!(detected_type(&bytes), name);
        }
        assert!(detected_type(b"--boundary\r\n").starts_with("a form;"));
    }
}
