//! What an order with a warranty must satisfy to be read at all.

use recourse_kernel::Finding;

use crate::domain::rejection::SalesRejection;
use crate::foreign::PlacedLine;

/// How many units of one line can have a warranty. Each unit is a policy of its own, and consumers
/// do not buy more.
const MAX_UNITS: u32 = 100;

/// S1: each unit of a line is a policy of its own, so their number is limited.
pub(crate) fn has_few_units(line: &PlacedLine) -> Result<Finding, SalesRejection> {
    let (line, quantity, most) = (line.line, line.quantity, MAX_UNITS);
    if quantity > most {
        return Err(SalesRejection::TooManyUnits { line, quantity, most });
    }
    Ok(Finding::passed("S1", "each unit can have a warranty of its own")
        .fact("line", line)
        .fact("quantity", quantity))
}
