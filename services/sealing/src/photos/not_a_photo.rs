//! Why a file cannot be stored as a photo.

/// Why bytes are not an acceptable photo. Each sentence says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhoto {
    /// The content is of another type, whatever the file name says.
    #[error("photos must be JPEG files; the content of this file is {0}, whatever its name says")]
    Another(&'static str),
    /// A valid JPEG in a coding that only special software writes.
    #[error("this kind of JPEG cannot be read here; save it as a baseline JPEG (this one has {0})")]
    Unsupported(&'static str),
    /// It starts like a JPEG but cannot be decoded to its end.
    #[error(
        "the file starts like a JPEG but cannot be decoded: it is damaged or incomplete; send the \
         original file again, or save what you see of it as a JPEG"
    )]
    Damaged,
    /// It has more pixels than any photo of a defect needs.
    #[error("a photo may have at most 64 megapixels; this one has {width} by {height} pixels")]
    TooManyPixels {
        /// In pixels, from the frame header: the picture itself was not decoded.
        width: u32,
        /// In pixels, from the frame header, like `width`.
        height: u32,
    },
    /// Decoding it would take too much memory, because it is progressive.
    #[error(
        "decoding this photo would take {needed_mib} MiB of memory, and the limit is 256; \
         save it as a baseline JPEG, not a progressive one, or make it smaller"
    )]
    TooMuchMemory {
        /// The memory in MiB.
        needed_mib: u64,
    },
}
