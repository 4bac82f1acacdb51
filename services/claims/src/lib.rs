//! Claims in their five stages.
