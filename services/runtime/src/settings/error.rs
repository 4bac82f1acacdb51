//! Why settings were rejected.

/// Why a process does not start with its settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A source cannot be read, or a value is invalid.
    #[error("cannot read the configuration: {0}")]
    Unreadable(#[from] Box<figment::Error>),
    /// Production without a master key.
    #[error("production needs `master_key` (RECOURSE__MASTER_KEY): 32 random bytes in base 64")]
    NoMasterKey,
    /// Production with the public development key.
    #[error("`master_key` is the public development key; production needs its own")]
    DevelopmentMasterKey,
    /// Production without its own order keys.
    #[error("production needs `order_keys` (RECOURSE__ORDER_KEYS): 32 random bytes in base 64")]
    NoOrderKeys,
    /// Production with the order keys from the source code.
    #[error("`order_keys` is the development secret, which is public; production needs its own")]
    DevelopmentOrderKeys,
    /// Production with neither `jwt.jwks_file` nor `jwt.jwks_url`.
    #[error("production needs `jwt.jwks_file` or `jwt.jwks_url`; there is no default issuer")]
    NoIssuer,
    /// Both a JWKS file and a JWKS URL are configured.
    #[error("`jwt.jwks_file` and `jwt.jwks_url` are both set; set only one of them")]
    TwoIssuers,
    /// Tokens for one order would have the issuer of all other tokens.
    #[error("`buyer_access.issuer` must differ from `jwt.issuer`")]
    SameIssuer,
    /// `jwt.algorithms` is empty, so every token would be refused.
    #[error("`jwt.algorithms` is empty, so no token could be valid; allow at least one algorithm")]
    NoAlgorithm,
    /// A role of the issuer would be the one of the software itself.
    #[error("`jwt.roles` must not grant `system`, the role of the software itself")]
    SystemRole,
    /// Production with a movable clock.
    #[error("`clock = \"topic\"` is for development only; production needs `clock = \"system\"`")]
    MovedClock,
    /// A number that must not be zero or negative.
    #[error("`{0}` must be at least 1")]
    Zero(&'static str),
}
