//! Converts typed events and commands to a type name with a JSON body, and back.

pub use serde::Deserializer;

/// A value with a type name and a JSON body on the wire. Implemented by
/// [`wire_format!`](crate::wire_format).
pub trait Wire: Sized {
    /// The CloudEvents type, such as `recourse.claim.filed.v1`.
    fn type_name(&self) -> &'static str;

    /// The body as JSON, without the type name; [`WireError::Malformed`] if serde cannot write it.
    fn encode(&self) -> Result<Vec<u8>, WireError>;

    /// Reads a body; [`WireError::UnknownType`] if `type_name` is not among [`Wire::type_names`],
    /// [`WireError::Malformed`] if the body does not match it.
    fn decode(type_name: &str, body: &[u8]) -> Result<Self, WireError>;

    /// The same with any reader of the body, whose errors are its own.
    fn read<'de, D: Deserializer<'de>>(type_name: &str, body: D) -> Result<Self, D::Error>;

    /// Every type name that [`Wire::decode`] accepts.
    fn type_names() -> &'static [&'static str];
}

/// Why a record's body cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The type is unknown: written by a newer release, or by mistake.
    #[error("unknown type `{0}`")]
    UnknownType(String),
    /// The body does not match its type.
    #[error("the body is not a valid `{type_name}`: {reason}")]
    Malformed {
        /// The type that the body was to have: `recourse.claim.filed.v1`.
        type_name: String,
        /// The JSON parser's error.
        reason: String,
    },
}

impl WireError {
    /// The error for a body that does not match the named type.
    #[expect(clippy::needless_pass_by_value, reason = "callers pass errors by value")]
    pub fn malformed(type_name: &str, reason: impl ToString) -> Self {
        Self::Malformed { type_name: type_name.to_owned(), reason: reason.to_string() }
    }
}

/// Declares an enum of wire types, one per line: type name, variant, body.
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// pub struct Paid { pub amount: i64 }
///
/// recourse_kernel::wire_format! {
///     /// What happened to an order.
///     #[derive(Debug, PartialEq)]
///     pub enum OrderEvent {
///         "recourse.order.paid.v1" => Paid(Paid),
///     }
/// }
///
/// use recourse_kernel::Wire;
/// let paid = OrderEvent::Paid(Paid { amount: 5 });
/// assert_eq!(OrderEvent::decode(paid.type_name(), &paid.encode().unwrap()), Ok(paid));
/// ```
#[macro_export]
macro_rules! wire_format {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $type_name:literal => $variant:ident($body:ty)),* $(,)?
        }
    ) => {
        $(#[$meta])*
        $visibility enum $name {
            $(
                #[doc = concat!("`", $type_name, "`")]
                $(#[$variant_meta])*
                $variant($body),
            )*
        }

        impl $crate::Wire for $name {
            fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $type_name,)*
                }
            }

            fn encode(&self) -> Result<Vec<u8>, $crate::WireError> {
                match self {
                    $(Self::$variant(body) => $crate::wire::encode_body($type_name, body),)*
                }
            }

            fn decode(type_name: &str, body: &[u8]) -> Result<Self, $crate::WireError> {
                match type_name {
                    $(
                        $type_name =>
                            $crate::wire::decode_body($type_name, body).map(Self::$variant),
                    )*
                    unknown => Err($crate::WireError::UnknownType(unknown.to_owned())),
                }
            }

            fn read<'de, D: $crate::wire::Deserializer<'de>>(
                type_name: &str,
                body: D,
            ) -> Result<Self, D::Error> {
                match type_name {
                    $($type_name => $crate::wire::read_body(body).map(Self::$variant),)*
                    unknown => Err($crate::wire::unknown_type(unknown)),
                }
            }

            fn type_names() -> &'static [&'static str] {
                &[$($type_name),*]
            }
        }
    };
}

/// Writes a body as JSON; the type name appears only in the error.
pub fn encode_body(type_name: &str, body: &impl serde::Serialize) -> Result<Vec<u8>, WireError> {
    serde_json::to_vec(body).map_err(|error| WireError::malformed(type_name, error))
}

/// Reads a JSON body; the type name appears only in the error.
pub fn decode_body<T: serde::de::DeserializeOwned>(
    type_name: &str,
    body: &[u8],
) -> Result<T, WireError> {
    serde_json::from_slice(body).map_err(|error| WireError::malformed(type_name, error))
}

/// Reads a body with any reader.
pub fn read_body<'de, T: serde::de::DeserializeOwned, D: Deserializer<'de>>(
    body: D,
) -> Result<T, D::Error> {
    T::deserialize(body)
}

/// A reader's error for a type that is not known.
pub fn unknown_type<E: serde::de::Error>(type_name: &str) -> E {
    E::custom(WireError::UnknownType(type_name.to_owned()))
}
