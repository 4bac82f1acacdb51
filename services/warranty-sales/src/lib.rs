//! Programs, terms, offers and policies.
