//! What a provider promises, as data, and the arithmetic of it. Pure.
