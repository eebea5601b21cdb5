//! What a compiled model says about itself, for a page that stands alone.

use super::Compiled;
use super::assembly::step_labels;
use crate::check::CheckedModel;
use crate::model::StepLength;
use crate::results::{Description, TimelineRow};

/// What it is about, its timeline, and the texts that it was read from.
pub fn describe(model: &Compiled) -> Description {
    let checked = &model.model;
    // Texts of the command line are named by their option.
    let texts = model.sources.iter().filter(|(_, source)| !source.name.starts_with("--"));
    Description {
        about: model.identity.about.clone(),
        source: model.identity.source.clone(),
        scenario: model.identity.scenario_about.clone(),
        timeline: checked.timeline.as_ref().map(|timeline| TimelineRow {
            step: match timeline.step {
                StepLength::Month => "month",
                StepLength::Quarter => "quarter",
                StepLength::Year => "year",
            },
            steps: timeline.steps,
            start: step_labels(checked).into_iter().next().flatten(),
        }),
        money: money(checked),
        texts: texts.map(|(_, source)| (source.name.clone(), source.text.clone())).collect(),
    }
}

/// The outputs whose unit is one currency and nothing else.
fn money(model: &CheckedModel) -> Vec<String> {
    let is_money = |output: &&crate::check::Output| {
        let dimension = model.units.dimension(&output.shown_in);
        match dimension.powers() {
            [(base, exponent)] => {
                model.units.is_money(*base) && (exponent.to_f64() - 1.0).abs() < f64::EPSILON
            }
            _ => false,
        }
    };
    model.outputs.iter().filter(is_money).map(|output| output.name.clone()).collect()
}
