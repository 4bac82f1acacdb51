//! The stream itself: its versions and its hash chain, and the records that continue it.

use serde::Serialize;

use super::Folded;
use super::generic::COMMAND_REFUSED;
use crate::decider::Cause;
use crate::ids::{ClaimId, claim_in, purchase_in};
use crate::record::{RELEASE, to_micros};
use crate::{
    Context, Decider, Event, Hash, Input, Instant, NotAllowed, Record, Refusal, Wire, WireError,
};

/// Why a stream cannot be continued: always a defect, never a business outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A gap or a duplicate in the versions.
    #[error("stream {stream}: version {found} follows {last}; the log has a gap or a repeat")]
    Version {
        /// The stream's name: `claims/K`.
        stream: String,
        /// The last version that was folded.
        last: u64,
        /// The version of the next record.
        found: u64,
    },
    /// The record names another previous hash, or its own hash does not match its contents.
    #[error("stream {stream}, version {version}: the hash chain is broken")]
    Chain {
        /// The stream's name: `claims/K`.
        stream: String,
        /// The version of the record that does not match.
        version: u64,
    },
    /// An event that this release cannot read or write.
    #[error("stream {stream}, version {version}: {source}")]
    Unreadable {
        /// The stream's name: `claims/K`.
        stream: String,
        /// Its version, or the one that a new event would get.
        version: u64,
        /// Whether the type is unknown or the body does not match it.
        source: WireError,
    },
    /// A decided event that must not follow on the state.
    #[error("stream {stream}: {source}")]
    NotAllowed {
        /// The stream's name: `claims/K`.
        stream: String,
        /// The sentence from [`Decider::apply_decided`].
        source: NotAllowed,
    },
    /// An event under one purchase's key is about another purchase.
    #[error("`{subject}` does not belong to the purchase of the record's key, `{key}`")]
    OfAnother {
        /// What the event is about: `clm_K-1.2-3`.
        subject: String,
        /// The order key of the stream: `K`.
        key: String,
    },
    /// A rule did not move its own deadline, so the stream would be woken endlessly.
    #[error("stream {0}: a deadline was handled but is still due")]
    StillDue(String),
}

impl<S> Folded<S> {
    /// Checks that the record is the next of the stream, by its version and its hash chain link.
    pub(super) fn follows(&self, record: &Record) -> Result<(), FoldError> {
        let stream = || record.stream.clone();
        if record.version != self.version + 1 {
            let (last, found) = (self.version, record.version);
            return Err(FoldError::Version { stream: stream(), last, found });
        }
        if record.previous_hash != self.head || record.computed_hash() != record.hash {
            return Err(FoldError::Chain { stream: stream(), version: record.version });
        }
        Ok(())
    }

    /// Folds the attributes of a record, independent of its body: version, hash, and the input it
    /// answers.
    pub(super) fn fold_attributes(&mut self, record: &Record, refusal: Option<Refusal>) {
        self.version = record.version;
        self.head = record.hash;
        self.fold_answer(record, refusal);
    }
}

pub(super) fn stream_name<D: Decider>(key: &str) -> String {
    format!("{}/{key}", D::CONTEXT)
}

/// Returns an event's subject after checking that it belongs to the purchase of the record's key.
pub(super) fn checked_subject(subject: String, key: &str) -> Result<String, FoldError> {
    if purchase_in(&subject).is_some_and(|purchase| purchase.as_str() != key) {
        return Err(FoldError::OfAnother { subject, key: key.to_owned() });
    }
    Ok(subject)
}

/// Builds and folds the records of one answer.
pub(super) struct EventWriter<'a, D: Decider> {
    input: &'a Input<D::Command>,
    context: &'a Context<'a, D::Reference>,
    recorded: Instant,
    records: &'a mut Vec<Record>,
}

struct About {
    subject: String,
    claim: Option<ClaimId>,
    time: Instant,
    terms: Option<String>,
}

/// The claim that a command names, directly or by one of its parts.
fn claim_of_command(command: &impl Wire) -> Option<ClaimId> {
    let body: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&command.encode().ok()?).ok()?;
    ["claim", "job", "shipment", "payment"]
        .iter()
        .find_map(|name| claim_in(body.get(*name)?.as_str()?))
}

impl<'a, D: Decider> EventWriter<'a, D> {
    pub(super) fn new(
        input: &'a Input<D::Command>,
        context: &'a Context<'a, D::Reference>,
        recorded: Instant,
        records: &'a mut Vec<Record>,
    ) -> Self {
        Self { input, context, recorded, records }
    }

    pub(super) fn write(
        &mut self,
        fold: &mut Folded<D::State>,
        event: &D::Event,
    ) -> Result<(), FoldError> {
        let subject = checked_subject(event.subject(), self.context.key)?;
        let body = event.encode().map_err(|source| self.unwritable(fold, source))?;
        let happened = event.happened().unwrap_or(self.context.now);
        let time = to_micros(happened).min(to_micros(self.recorded));
        // First the state, so that the record says in which stage the claim is now.
        D::apply_decided(&mut fold.state, event, time).map_err(|source| FoldError::NotAllowed {
            stream: stream_name::<D>(self.context.key),
            source,
        })?;
        let claim = claim_in(&subject);
        let about = About { subject, claim, time, terms: event.terms() };
        let record = self.record(fold, event.type_name().to_owned(), about, body);
        fold.fold_attributes(&record, None);
        self.records.push(record);
        Ok(())
    }

    pub(super) fn write_generic<T: Serialize>(
        &mut self,
        fold: &mut Folded<D::State>,
        kind: &str,
        body: &T,
    ) -> Result<(), FoldError> {
        let claim = self.input.command.as_ref().filter(|_| kind == COMMAND_REFUSED);
        // A command can name a claim of another purchase, which this stream must not speak for: no
        // reader accepts a record whose claim is not of its key.
        let claim = claim.and_then(claim_of_command);
        let claim = claim.filter(|claim| claim.key.as_str() == self.context.key);
        let type_name = format!("{}.{kind}", D::TYPE_PREFIX);
        let body = crate::wire::encode_body(&type_name, body)
            .map_err(|source| self.unwritable(fold, source))?;
        let subject = stream_name::<D>(self.context.key);
        let time = to_micros(self.context.now).min(to_micros(self.recorded));
        let about = About { subject, claim, time, terms: None };
        let record = self.record(fold, type_name, about, body);
        fold.fold_generic(kind, &record.body).map_err(|source| self.unwritable(fold, source))?;
        let refusal =
            (kind == COMMAND_REFUSED).then(|| serde_json::from_slice(&record.body).ok()).flatten();
        fold.fold_refusal::<D>(refusal.as_ref(), record.time);
        fold.fold_attributes(&record, refusal);
        self.records.push(record);
        Ok(())
    }

    fn record(
        &self,
        fold: &Folded<D::State>,
        type_name: String,
        about: About,
        body: Vec<u8>,
    ) -> Record {
        let About { subject, claim, time, terms } = about;
        let stage = claim.and_then(|claim| D::stage_of(&fold.state, claim));
        let stream = stream_name::<D>(self.context.key);
        let version = fold.version + 1;
        let recorded = to_micros(self.recorded);
        let (command_id, command_mac, causation_id) = match &self.input.cause {
            Cause::Command { id, mac, causation_id } => {
                (id.clone(), mac.clone(), causation_id.clone())
            }
            Cause::Fact { id, .. } => (String::new(), String::new(), id.clone()),
            Cause::Wake => (String::new(), String::new(), format!("{stream}/{}", fold.version)),
        };
        let mut record = Record {
            id: format!("{stream}/{version}"),
            source: format!("/recourse/{}", D::CONTEXT),
            type_name,
            subject,
            time,
            recorded,
            key: self.context.key.to_owned(),
            stream,
            version,
            input: self.input.position.clone(),
            command_id,
            command_mac,
            causation_id,
            correlation_id: format!("ord_{}", self.context.key),
            principal: self.input.principal.clone(),
            terms,
            claim: claim.map(|claim| claim.to_string()),
            stage: stage.map(str::to_owned),
            release: RELEASE.to_owned(),
            previous_hash: fold.head,
            hash: Hash::default(),
            traceparent: self.input.traceparent.clone(),
            body,
        };
        record.hash = record.computed_hash();
        record
    }

    fn unwritable(&self, fold: &Folded<D::State>, source: WireError) -> FoldError {
        FoldError::Unreadable {
            stream: stream_name::<D>(self.context.key),
            version: fold.version + 1,
            source,
        }
    }
}
