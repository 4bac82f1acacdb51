//! The command of these tests, and the partitions of its topic.

use serde::{Deserialize, Serialize};

pub(crate) const PARTITIONS: i32 = 2;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RequestBody {
    #[serde(rename = "do")]
    pub(crate) what: String,
    #[serde(default)]
    more: u32,
}

recourse_kernel::wire_format! {
    /// The test's only command.
    #[derive(Debug)]
    pub(crate) enum ThingCommand {
        "recourse.thing.ask.v1" => Ask(RequestBody),
    }
}
