//! Sentences for the events of what providers publish.

use recourse_wiring::timeline::Body;

pub(super) fn sentence(name: &str, said: Body<'_>) -> Option<String> {
    Some(match name {
        "terms.published" => format!(
            "Terms {} version {} published.",
            said.inner("terms").text("line"),
            said.inner("terms").number("version"),
        ),
        "terms.withdrawn" => format!(
            "Terms {} version {} are no longer sold from {}.",
            said.text("line"),
            said.number("version"),
            said.time("until"),
        ),
        "tariffs.published" => format!(
            "Tariffs `{}` version {} published.",
            said.inner("sheet").text("id"),
            said.inner("sheet").number("version"),
        ),
        "shops.published" => format!(
            "Shop directory of {} published, version {}.",
            said.inner("directory").text("provider"),
            said.inner("directory").number("version"),
        ),
        "calendar.published" => format!(
            "Calendar `{}` of business days published, version {}.",
            said.inner("calendar").text("id"),
            said.inner("calendar").number("version"),
        ),
        _ => return None,
    })
}
