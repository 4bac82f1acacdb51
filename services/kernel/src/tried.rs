//! Collects the rules that a decision tries, so that a refusal lists every failed rule at once.

use std::fmt;

use crate::{Finding, Findings, Reason, Rejection};

/// A rejection together with the findings of every rule that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused<R> {
    /// The rejection of the first rule that failed.
    pub why: R,
    findings: Findings,
}

impl<R> Refused<R> {
    /// The same refusal as the rejection of a wider decision.
    pub fn map<S>(self, wider: impl FnOnce(R) -> S) -> Refused<S> {
        Refused { why: wider(self.why), findings: self.findings }
    }
}

impl<R: Rejection> From<R> for Refused<R> {
    fn from(why: R) -> Self {
        Self { findings: vec![why.finding()], why }
    }
}

impl<R: fmt::Display> fmt::Display for Refused<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl<R: std::error::Error> std::error::Error for Refused<R> {}

impl<R: Rejection> Rejection for Refused<R> {
    fn reason(&self) -> Reason {
        self.why.reason()
    }

    fn findings(&self) -> Findings {
        self.findings.clone()
    }
}

/// Collects the rules that a decision tries, so that a refusal lists every failed rule and not only
/// the first.
///
/// ```ignore
/// let mut rules = Tried::default();
/// rules.all([order_is_completed(order), photos_are_enough(form)]); // independent: all are tried
/// let note = text("a note", &form.note);
/// rules.check(&note); // needed later: `note?` once all have passed
/// let offer = rules.need(offer_on_the_table(claim))?; // later rules depend on it
/// let findings = rules.passed()?;
/// ```
#[derive(Debug, Clone)]
pub struct Tried<R> {
    findings: Findings,
    first: Option<R>,
}

impl<R> Default for Tried<R> {
    fn default() -> Self {
        Self { findings: Findings::new(), first: None }
    }
}

impl<R: Rejection> Tried<R> {
    /// Tries rules that are independent of each other. Duplicate findings are kept once.
    pub fn all(&mut self, rules: impl IntoIterator<Item = Result<Finding, R>>) {
        for rule in rules {
            match rule {
                Ok(passed) => self.findings.push(passed),
                Err(why) => self.refuse(why),
            }
        }
    }

    /// Tries a rule about several things: lists each failure, or that the rule passed if there is
    /// none.
    pub fn every(&mut self, failures: impl IntoIterator<Item = R>, passed: Finding) {
        let mut failures = failures.into_iter().peekable();
        if failures.peek().is_none() {
            self.findings.push(passed);
        }
        failures.for_each(|why| self.refuse(why));
    }

    /// Tries a rule whose value is needed only once all rules have passed. Only its refusal is
    /// listed; after [`Tried::passed`] the value is there.
    pub fn check<T>(&mut self, rule: &Result<T, R>)
    where
        R: Clone,
    {
        if let Err(why) = rule {
            self.refuse(why.clone());
        }
    }

    /// Returns a value that the rest of the decision depends on. If it is missing, the decision
    /// ends here; the reason is the first rule that failed so far.
    pub fn need<T>(&mut self, rule: Result<T, R>) -> Result<T, Refused<R>> {
        rule.map_err(|why| {
            self.note(&why);
            Refused {
                findings: std::mem::take(&mut self.findings),
                why: self.first.take().unwrap_or(why),
            }
        })
    }

    /// The findings of every rule that was tried, provided that none failed.
    pub fn passed(self) -> Result<Findings, Refused<R>> {
        match self.first {
            Some(why) => Err(Refused { why, findings: self.findings }),
            None => Ok(self.findings),
        }
    }

    fn refuse(&mut self, why: R) {
        self.note(&why);
        self.first.get_or_insert(why);
    }

    fn note(&mut self, why: &R) {
        let finding = why.finding();
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, thiserror::Error)]
    enum Why {
        #[error("too early")]
        TooEarly,
        #[error("too few photos")]
        TooFewPhotos,
    }

    impl Rejection for Why {
        fn reason(&self) -> Reason {
            match self {
                Self::TooEarly => Reason::new("claim.too_early", &["C1", "T2"]),
                Self::TooFewPhotos => Reason::new("claim.too_few_photos", &[]),
            }
        }
    }

    fn reported(findings: &Findings) -> Vec<(&str, bool, &str)> {
        let reported = findings.iter().map(|f| (f.rule.as_str(), f.passed, f.outcome.as_str()));
        reported.collect()
    }

    #[test]
    fn the_first_failed_rule_gives_the_reason_and_the_others_are_still_tried() {
        let mut rules = Tried::default();
        rules.all([Ok(Finding::passed("T10", "completed")), Err(Why::TooEarly)]);
        rules.all([Err(Why::TooFewPhotos), Ok(Finding::passed("S2", "fits"))]);
        let refused = rules.passed().unwrap_err();
        assert_eq!(refused.reason(), Reason::new("claim.too_early", &["C1", "T2"]));
        let expected = [
            ("T10", true, "completed"),
            ("C1", false, "too early"),
            ("command", false, "too few photos"),
            ("S2", true, "fits"),
        ];
        assert_eq!(reported(&refused.findings()), expected);
        assert_eq!(refused.findings()[2].facts["code"], "claim.too_few_photos");
    }

    #[test]
    fn a_value_that_is_needed_later_lists_only_its_refusal() {
        let mut rules = Tried::default();
        rules.check(&Ok::<_, Why>(7));
        rules.all([Ok(Finding::passed("T10", "completed"))]);
        rules.check::<u8>(&Err(Why::TooEarly));
        rules.all([Err(Why::TooFewPhotos)]);
        let refused = rules.passed().unwrap_err();
        let expected = [
            ("T10", true, "completed"),
            ("C1", false, "too early"),
            ("command", false, "too few photos"),
        ];
        assert_eq!(reported(&refused.findings()), expected);
        assert_eq!(refused.why, Why::TooEarly);
    }

    #[test]
    fn a_rule_about_several_things_lists_each_failure_or_that_it_passed() {
        let mut rules = Tried::default();
        let passed = Finding::passed("S2", "fits");
        rules.every(None::<Why>, passed.clone());
        rules.every([Why::TooFewPhotos, Why::TooEarly], passed);
        let refused = rules.passed().unwrap_err().map(Some);
        assert_eq!(refused.why, Some(Why::TooFewPhotos));
        let expected = [
            ("S2", true, "fits"),
            ("command", false, "too few photos"),
            ("C1", false, "too early"),
        ];
        assert_eq!(reported(&refused.findings), expected);
    }

    #[test]
    fn a_missing_requirement_ends_the_decision_and_duplicate_findings_are_kept_once() {
        let mut rules = Tried::default();
        rules.all([Err(Why::TooEarly), Err(Why::TooEarly)]);
        let refused = rules.need::<()>(Err(Why::TooFewPhotos)).unwrap_err();
        assert_eq!(refused.why, Why::TooEarly);
        assert_eq!(refused.findings().len(), 2);
    }

    #[test]
    fn a_single_rejection_names_the_rule_that_refuses_too() {
        let findings = Why::TooEarly.findings();
        assert_eq!(reported(&findings), [("C1", false, "too early")]);
        assert_eq!(Refused::from(Why::TooEarly).findings(), findings);
    }
}
