//! Terms that are published or withdrawn.

use serde_json::{Map, Value, json};

use super::{Call, Given, Sent};
use crate::actions::Actor;

impl Given<'_> {
    pub(super) fn terms(&self) -> Result<Vec<Sent>, String> {
        let scene = self.scene;
        let who = self.who(Actor::Provider, None)?;
        let mut calls = Vec::new();
        let mut call = |key: String, path: String, type_name: &str, body: Value, command: Value| {
            let idempotency_key =
                format!("{}-{}-{}", scene.purchase.number, scene.step, calls.len());
            calls.push(Sent::Call(Box::new(Call {
                who: who.clone(),
                path,
                body,
                photos: 0,
                type_name: type_name.to_owned(),
                command,
                key,
                idempotency_key,
                is_not_theirs: false,
            })));
        };
        if self.action.word == "withdraw_terms" {
            let (line, version) = scene.line.ok_or("the case must name `terms` of its own")?;
            let mut body = self.body()?;
            body.insert("version".to_owned(), json!(version));
            let mut command = body.clone();
            command.insert("line".to_owned(), json!(line));
            let path = format!("/v1/terms/{line}/withdrawal");
            call(line.to_owned(), path, self.action.type_name, json!(body), json!(command));
            return Ok(calls);
        }
        let from = self.text("from").unwrap_or_default();
        let empty = Map::new();
        let change = self.fields.get("change").and_then(Value::as_object).unwrap_or(&empty);
        let own = format!("{} step {}", scene.own, scene.step);
        let added = scene.documents.changed(from, change, &own)?;
        let key = added.directory.provider.to_string();
        let shops = json!(added.directory);
        let command = json!({ "directory": shops });
        call(key, "/v1/shop-directories".to_owned(), "recourse.shops.publish.v1", shops, command);
        let (line, terms) = (added.terms.line.to_string(), json!(added.terms));
        let command = json!({ "terms": terms });
        call(line, "/v1/terms".to_owned(), self.action.type_name, terms, command);
        Ok(calls)
    }
}
