//! A model that is read and not yet compiled: whoever compares two of them makes others of their parts.
//!
//! In: a request. Out: a [`Draft`], whose [`ParsedModel`] may be changed, and a [`Compiled`] of what became of it.

use sha2::{Digest, Sha256};

use super::{Compiled, ReadFile, Request, assemble, parse, read_plans};
use crate::check::{CheckedModel, Plans};
use crate::diagnostic::Diagnostics;
use crate::model::{self, ParsedModel, Replaced};
use crate::source::Sources;

/// A model with its scenario and its overrides put in, and its data files.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The model that is to be compiled.
    pub(crate) model: ParsedModel,
    /// Its data files.
    pub(crate) plans: Plans,
    /// The model before any override.
    pub(super) as_written: ParsedModel,
    /// What the overrides replaced.
    pub(super) replaced: Vec<Replaced>,
    /// Of all that was read.
    pub(super) digest: Sha256,
}

impl Draft {
    /// Reads a model. `None` where it was not read in full; mistakes are among the diagnostics.
    pub(crate) fn read(
        request: &Request,
        read_file: ReadFile<'_>,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Option<Draft> {
        let mut digest = Sha256::new();
        digest.update(request.text.as_bytes());
        let mut parsed = parse(request, read_file, &mut digest, sources, diagnostics);
        if diagnostics.iter().any(|diagnostic| diagnostic.code.leaves_gaps()) {
            return None;
        }
        let as_written = parsed.clone();
        let mut replaced = Vec::new();
        if let Some(scenario) = &request.scenario {
            replaced.extend(model::apply_scenario(&mut parsed, scenario, diagnostics));
        }
        let set = request.set.iter().map(|text| ("--set", text));
        let varied = request.varied.iter().map(|(option, text)| (*option, text));
        let overrides: Vec<_> = set
            .chain(varied)
            .filter_map(|(option, text)| model::parse_override(sources, option, text, diagnostics))
            .collect();
        replaced.extend(model::apply(&mut parsed, &overrides, diagnostics));
        let plans = read_plans(&as_written, &overrides, read_file);
        plans.contents().for_each(|content| digest.update(content));
        Some(Draft { model: parsed, plans, as_written, replaced, digest })
    }
}

impl Compiled {
    /// Another model that calls itself as this one does, of which the statistics alone are found.
    pub(crate) fn variant(&self, model: CheckedModel) -> Option<Compiled> {
        let mut warnings = Diagnostics::new();
        let run = assemble(&model, &[], &mut warnings)?;
        Some(Compiled {
            sources: self.sources.clone(),
            warnings,
            model,
            expressions: Vec::new(),
            run,
            identity: self.identity.clone(),
        })
    }
}
