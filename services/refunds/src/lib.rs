//! Settlements and their legs of money.
