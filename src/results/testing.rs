//! A run in small for the tests of this floor: columns of given values, no engine.

use std::sync::Arc;

use super::{
    NumberSummary, OutputPlan, Point, ProbabilitySummary, Provenance, Replicates, SimulationResult,
    Statistics, TimeSummary, summarize,
};
use crate::accumulate::{ChannelKind, ChannelPlan, MAX_LANES, Resolution, Tally};

/// One output, its values, and what is asked of them.
pub(super) struct Run<'a> {
    pub(super) kind: ChannelKind,
    pub(super) resolution: Resolution,
    pub(super) pilot: &'a [f64],
    pub(super) base: f64,
    pub(super) thresholds: &'a [f64],
    pub(super) percentiles: &'a [f64],
}

impl Default for Run<'_> {
    fn default() -> Self {
        Run {
            kind: ChannelKind::Number,
            resolution: Resolution::Fine,
            pilot: &[],
            base: 0.0,
            thresholds: &[],
            percentiles: &[0.05, 0.5, 0.95],
        }
    }
}

impl Run<'_> {
    pub(super) fn plans(&self) -> Arc<[ChannelPlan]> {
        let thresholds = self.thresholds.to_vec();
        Arc::from([ChannelPlan::from_pilot(
            self.kind,
            self.resolution,
            self.pilot,
            self.base,
            thresholds,
        )])
    }

    pub(super) fn tally(&self, values: &[f64]) -> Tally {
        let mut tally = Tally::new(&self.plans());
        for (block, column) in values.chunks(MAX_LANES).enumerate() {
            tally.record(0, block as u64, column);
        }
        tally
    }

    pub(super) fn output(&self) -> OutputPlan {
        OutputPlan {
            name: "x".to_owned(),
            about: None,
            index: [].into(),
            unit: None,
            kind: self.kind,
            channels: 0..1,
            is_series: false,
            step_labels: Vec::new(),
            base: vec![point(self.base)],
        }
    }

    pub(super) fn result_of(&self, tally: &Tally) -> SimulationResult {
        let trials = tally.channel(0).trials();
        summarize(
            &[self.output()],
            tally,
            &Replicates::default(),
            self.percentiles,
            provenance(trials),
        )
    }

    pub(super) fn result(&self, values: &[f64]) -> SimulationResult {
        self.result_of(&self.tally(values))
    }

    pub(super) fn number(&self, values: &[f64]) -> NumberSummary {
        match self.result(values).outputs.remove(0).statistics {
            Statistics::Number(number) => number,
            Statistics::Time(time) => time.number,
            other @ (Statistics::Probability(_) | Statistics::Series(_)) => panic!("{other:?}"),
        }
    }

    pub(super) fn time(&self, values: &[f64]) -> TimeSummary {
        let Statistics::Time(time) = self.result(values).outputs.remove(0).statistics else {
            panic!("a time")
        };
        time
    }

    pub(super) fn probability(&self, values: &[f64]) -> ProbabilitySummary {
        let Statistics::Probability(probability) = self.result(values).outputs.remove(0).statistics
        else {
            panic!("a condition")
        };
        probability
    }
}

pub(super) fn point(value: f64) -> Point {
    if value.is_nan() {
        Point::Undefined
    } else if value.is_infinite() {
        Point::Never
    } else {
        Point::Value(value)
    }
}

/// As a float to compare with: never is above every time.
#[track_caller]
pub(super) fn float(point: Point) -> f64 {
    match point {
        Point::Value(value) => value,
        Point::Never => f64::INFINITY,
        Point::Undefined => panic!("a percentile has a value"),
    }
}

pub(super) fn provenance(trials: u64) -> Provenance {
    Provenance {
        version: "test",
        format: 1,
        title: String::new(),
        file: String::new(),
        digest: String::new(),
        trials,
        trials_asked: trials,
        seed: 1,
        design: "random",
        scenario: None,
        set: [].into(),
    }
}
