//! An id as a path: how it is written and read, the same for all kinds.

use std::fmt;

use super::order_key::{InvalidId, OrderKey};

/// Splits `prefix` K[-a.b[-c…]] into the key and exactly `N` numbers.
pub(super) fn parse_path<const N: usize>(
    text: &str,
    prefix: &str,
    form: &'static str,
) -> Result<(OrderKey, [u32; N]), InvalidId> {
    let invalid = || InvalidId::new(text, form);
    let rest = text.strip_prefix(prefix).ok_or_else(invalid)?;
    let mut parts = rest.split('-');
    let key = parts.next().ok_or_else(invalid)?.parse().map_err(|_| invalid())?;
    let mut numbers = [0; N];
    let mut filled = 0;
    for (position, part) in parts.enumerate() {
        // The first part after the key is the device: line and unit, separated by a dot.
        for number in part.splitn(if position == 0 { 2 } else { 1 }, '.') {
            if filled == N {
                return Err(invalid());
            }
            numbers[filled] = number.parse().map_err(|_| invalid())?;
            filled += 1;
        }
    }
    if filled == N { Ok((key, numbers)) } else { Err(invalid()) }
}

pub(super) fn write_path(
    f: &mut fmt::Formatter<'_>,
    prefix: &str,
    key: OrderKey,
    numbers: &[u32],
) -> fmt::Result {
    write!(f, "{prefix}{key}")?;
    for (position, number) in numbers.iter().enumerate() {
        f.write_str(if position == 1 { "." } else { "-" })?;
        write!(f, "{number}")?;
    }
    Ok(())
}

/// Declares one kind of id: its prefix, its form, and the numbers of its path.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $form:literal, [$($part:ident),*]) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// The order key of the purchase that this belongs to.
            pub key: OrderKey,
            $(
                /// Counted from 1 within the path before it; `claim` is 0 if there is none.
                pub $part: u32,
            )*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_path(f, $prefix, self.key, &[$(self.$part),*])
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let (key, [$($part),*]) = parse_path(text, $prefix, $form)?;
                let id = Self { key, $($part),* };
                // Only the canonical spelling is valid, so that every entity has exactly one id.
                if id.to_string() == text {
                    Ok(id)
                } else {
                    Err(InvalidId::new(text, $form))
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(super) use id;
