//! How records are compressed.

use serde::Deserialize;

/// The setting `kafka.compression`: `gzip` (the default), `lz4` or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Read by every client.
    #[default]
    Gzip,
    /// The fastest; some clients need a further library.
    Lz4,
    /// Costs no time, but more bytes on the network and on the brokers' disks.
    None,
}

impl Compression {
    /// The value of librdkafka's `compression.type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Lz4 => "lz4",
            Self::None => "none",
        }
    }

    /// The level that librdkafka compresses with; -1 is a codec's own default.
    pub(crate) fn level(self) -> &'static str {
        match self {
            Self::Gzip => "1",
            Self::Lz4 | Self::None => "-1",
        }
    }
}
