//! What the header of a JPEG's frame says before anything is decoded: its coding, its size, and the
//! memory that decoding takes.

use super::not_a_photo::NotAPhoto;

/// The most pixels (width times height) of an accepted photo: 64 megapixels. Sensors that are sold
/// as 64 megapixels have 9248 × 6944 pixels, so it is counted in units of 1024 × 1024.
pub const MAX_PIXELS: u64 = 64 * 1024 * 1024;

/// The maximum memory for decoding one photo, next to the file itself.
pub(super) const MAX_MEMORY: u64 = 256 * 1024 * 1024;

/// The part of a frame header that decides whether and how it can be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    width: u32,
    height: u32,
    /// Samples of each component in a unit, horizontally and vertically.
    sampling: Vec<(u64, u64)>,
    pub(super) is_progressive: bool,
    /// Whether the first scan has all components, so that rows can be decoded one after another.
    pub(super) is_interleaved: bool,
}

impl Frame {
    /// Reads the header of a frame that a decoder here can decode.
    pub(super) fn read(marker: u8, body: &[u8]) -> Result<Self, NotAPhoto> {
        let [precision, h1, h2, w1, w2, count, components @ ..] = body else {
            return Err(NotAPhoto::Damaged);
        };
        if *precision != 8 {
            return Err(NotAPhoto::Unsupported("more than 8 bits per sample"));
        }
        let (height, width) = (u16::from_be_bytes([*h1, *h2]), u16::from_be_bytes([*w1, *w2]));
        if height == 0 {
            return Err(NotAPhoto::Unsupported("its height after the picture"));
        }
        let sampling = components.chunks_exact(3).map(|component| {
            (u64::from(component[1] >> 4).max(1), u64::from(component[1] & 0xF).max(1))
        });
        let sampling: Vec<_> = sampling.collect();
        if width == 0 || sampling.is_empty() || sampling.len() != usize::from(*count) {
            return Err(NotAPhoto::Damaged);
        }
        let (width, height) = (u32::from(width), u32::from(height));
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(NotAPhoto::TooManyPixels { width, height });
        }
        let is_progressive = marker == 0xC2;
        Ok(Self { width, height, sampling, is_progressive, is_interleaved: true })
    }

    /// The number of components: 1 for grey, 3 for colour, 4 for print colours.
    pub(super) fn components(&self) -> usize {
        self.sampling.len()
    }

    /// Whether colour has half as many rows, and as many columns, as brightness.
    pub(super) fn has_half_the_rows(&self) -> bool {
        self.most() == (1, 2)
    }

    fn most(&self) -> (u64, u64) {
        self.sampling.iter().fold((1, 1), |most, one| (most.0.max(one.0), most.1.max(one.1)))
    }

    /// The memory that decoding takes, to pixels of so many channels. A progressive picture, or one
    /// whose components follow each other, is kept as 16-bit coefficients until its last scan.
    pub(super) fn memory(&self, channels: u64) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height) * channels;
        if self.is_interleaved && !self.is_progressive {
            return pixels;
        }
        let most = self.most();
        let units_across = u64::from(self.width).div_ceil(8 * most.0);
        let units_down = u64::from(self.height).div_ceil(8 * most.1);
        let samples = self.sampling.iter().map(|(across, down)| across * down * 64).sum::<u64>();
        pixels + units_across * units_down * samples * 2
    }
}

/// The coding that a marker announces, if no decoder here knows it.
pub(super) fn unsupported_coding(marker: u8) -> Option<&'static str> {
    Some(match marker {
        0xC3 => "lossless coding",
        0xC9..=0xCC => "arithmetic coding",
        0xC5..=0xC7 | 0xCD..=0xCF | 0xDE | 0xDF => "hierarchical coding",
        0xC8 | 0xF0..=0xFD => "an extended coding",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(marker: u8, width: u16, height: u16, sampling: &[u8]) -> Result<Frame, NotAPhoto> {
        let ([h1, h2], [w1, w2]) = (height.to_be_bytes(), width.to_be_bytes());
        let count = u8::try_from(sampling.len()).unwrap();
        let components = sampling.iter().zip(1..).flat_map(|(both, id)| [id, *both, 0]);
        let body: Vec<_> = [8, h1, h2, w1, w2, count].into_iter().chain(components).collect();
        Frame::read(marker, &body)
    }

    #[test]
    fn the_largest_modes_of_phones_fit() {
        for (width, height) in [(8160, 6144), (8192, 6144), (9248, 6944), (8064, 6048)] {
            let baseline = frame(0xC0, width, height, &[0x22, 0x11, 0x11]).unwrap();
            assert!(baseline.memory(1) <= MAX_MEMORY / 4, "{width} x {height}");
            let progressive = frame(0xC2, width, height, &[0x22, 0x11, 0x11]).unwrap();
            assert!(progressive.memory(1) <= MAX_MEMORY, "{width} x {height}");
        }
        let refused = frame(0xC0, 12_000, 9_000, &[0x22, 0x11, 0x11]);
        assert_eq!(refused, Err(NotAPhoto::TooManyPixels { width: 12_000, height: 9_000 }));
    }

    #[test]
    fn memory_is_known_before_anything_is_decoded() {
        let (rows, whole) = (frame(0xC0, 640, 480, &[0x11; 3]), frame(0xC2, 640, 480, &[0x11; 3]));
        assert_eq!(rows.unwrap().memory(1), 640 * 480);
        assert_eq!(whole.unwrap().memory(1), 640 * 480 * (1 + 2 * 3));
        let large = frame(0xC2, 8192, 8192, &[0x11; 3]).unwrap();
        assert!(large.memory(1) > MAX_MEMORY);
    }
}
