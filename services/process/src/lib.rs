//! All services in one process.
//!
//! - [`ServiceName`] lists every service: its parts and how to start it.
//! - [`Process`] runs services at one address until they are shut down, and [`Watch`] says whether
//!   everything that they have to do is done.

mod process;
mod services;

pub use process::{Process, Watch};
pub use services::{ServiceName, start_all};
