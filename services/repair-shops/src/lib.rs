//! Shops, routing, jobs, ways, parts and counted time.
