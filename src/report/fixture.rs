//! Results made by hand, for the renderers' tests: every kind of output, and every oddity.

use std::collections::BTreeMap;

use crate::results::{
    BaseCase, Estimate, NumberSummary, OutputResult, Point, ProbabilitySummary, Provenance,
    Quantile, SeriesSummary, SimulationResult, Statistics, StepSummary, TimeSummary, Undefined,
    Warning, Within,
};
use crate::results::{InputRow, QuantityRow, Shown};

const PERCENTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

pub(super) fn provenance() -> Provenance {
    Provenance {
        version: "0.1.0",
        format: 2,
        title: "Ten thousand A800s for a large language model (China, 2023)".to_owned(),
        file: "a800-10k".to_owned(),
        digest: "1f3a5b7c9d".repeat(6) + "abcd",
        trials: 1_000_000,
        trials_asked: 1_000_000,
        seed: 1,
        design: "random",
        scenario: None,
        set: BTreeMap::new(),
    }
}

/// Percentiles with the interval that a million trials would give.
pub(super) fn quantiles(values: [f64; 5]) -> Vec<Quantile> {
    let half_width = (values[4] - values[0]) * 0.0008;
    PERCENTILES
        .iter()
        .zip(values)
        .map(|(&p, value)| {
            let half_width = if p == 0.5 { half_width } else { half_width * 2.0 };
            let bound = |sign: f64| Point::Value(value + sign * half_width);
            Quantile { p, value: Point::Value(value), low: bound(-1.0), high: bound(1.0) }
        })
        .collect()
}

/// Percentiles that are exact: whole steps, and never.
pub(super) fn whole_quantiles(values: [Option<f64>; 5]) -> Vec<Quantile> {
    PERCENTILES
        .iter()
        .zip(values)
        .map(|(&p, value)| {
            let at = value.map_or(Point::Never, Point::Value);
            Quantile { p, value: at, low: at, high: at }
        })
        .collect()
}

pub(super) fn number(mean: f64, sd: f64, base: f64, rank: f64, values: [f64; 5]) -> NumberSummary {
    NumberSummary {
        mean: Some(mean),
        mean_se: Some(sd / 1000.0),
        effective_trials: None,
        sd: Some(sd),
        min: Some(values[0] - 2.0 * sd),
        max: Some(values[4] + 3.0 * sd),
        base: Some(BaseCase { value: Point::Value(base), rank: Some(rank) }),
        below_zero: Some(if values[0] < 0.0 { 0.5 } else { 0.0 }),
        quantiles: quantiles(values),
        undefined: Undefined::default(),
    }
}

pub(super) fn output(
    name: &str,
    about: Option<&str>,
    unit: Option<&str>,
    statistics: Statistics,
) -> OutputResult {
    OutputResult {
        name: name.to_owned(),
        about: about.map(str::to_owned),
        index: BTreeMap::new(),
        unit: unit.map(str::to_owned),
        statistics,
        outline: None,
    }
}

fn break_even() -> TimeSummary {
    TimeSummary {
        number: NumberSummary {
            mean: None,
            mean_se: None,
            effective_trials: None,
            sd: None,
            min: Some(31.0),
            max: Some(60.0),
            base: Some(BaseCase { value: Point::Never, rank: Some(1.0) }),
            below_zero: None,
            quantiles: whole_quantiles([Some(54.0), None, None, None, None]),
            undefined: Undefined::default(),
        },
        never: Some(Estimate { value: 0.9297, low: 0.9292, high: 0.9302 }),
        within: vec![
            Within { limit: 24.0, probability: Estimate { value: 0.0, low: 0.0, high: 3.7e-6 } },
            Within {
                limit: 36.0,
                probability: Estimate { value: 0.00123, low: 0.00116, high: 0.0013 },
            },
            Within {
                limit: 60.0,
                probability: Estimate { value: 0.0703, low: 0.0698, high: 0.0708 },
            },
        ],
        quantiles_if_ever: whole_quantiles([
            Some(40.0),
            Some(48.0),
            Some(53.0),
            Some(57.0),
            Some(60.0),
        ]),
    }
}

fn can_afford(firm: &str, chip: Option<&str>, value: f64, base: bool) -> OutputResult {
    let half_width = 0.0002;
    let probability =
        Estimate { value, low: (value - half_width).max(0.0), high: (value + half_width).min(1.0) };
    let summary = ProbabilitySummary {
        probability: Some(probability),
        effective_trials: None,
        base: Some(base),
        undefined: Undefined::default(),
    };
    let mut output =
        output("can_afford", Some("Can afford it"), None, Statistics::Probability(summary));
    output.index.insert("firm".to_owned(), firm.to_owned());
    output.index.extend(chip.map(|chip| ("chip".to_owned(), chip.to_owned())));
    output
}

fn funding() -> SeriesSummary {
    let step = |step: u32| {
        let t = f64::from(step);
        let middle = -41.0 + 0.9 * t - 0.004 * t * t;
        let spread = 7.1 + 0.5 * t;
        let values = [-1.6, -0.7, 0.0, 0.7, 1.6].map(|z| middle + z * spread);
        StepSummary {
            step,
            label: Some(format!("{}-{:02}", 2023 + (5 + step) / 12, (5 + step) % 12 + 1)),
            statistics: Statistics::Number(number(middle, spread, middle + 0.4, 0.52, values)),
        }
    };
    SeriesSummary { steps: (0..=60).map(step).collect() }
}

/// A run with every kind of output.
pub(super) fn full() -> SimulationResult {
    let irr = NumberSummary {
        undefined: Undefined {
            count: 12_034,
            causes: BTreeMap::from([("irr_none".to_owned(), 12_034)]),
            first_trials: BTreeMap::from([("irr_none".to_owned(), 17)]),
        },
        ..number(0.021_37, 0.093, 0.0312, 0.537, [-0.138, -0.041, 0.0213, 0.0832, 0.171])
    };
    let npv = number(-44.71, 20.3, -45.7, 0.476, [-65.47, -56.1, -44.98, -31.2, 0.15]);
    let firms = NumberSummary {
        quantiles: whole_quantiles([Some(2.0), Some(2.0), Some(2.0), Some(2.0), Some(3.0)]),
        ..number(2.02, 0.14, 2.0, 0.98, [2.0; 5])
    };
    SimulationResult {
        provenance: provenance(),
        outputs: vec![
            output(
                "investment",
                Some("Total investment"),
                Some("亿 CNY"),
                Statistics::Number(number(66.1234, 9.8, 66.0, 0.512, [52.0123, 59.148, 65.32, 72.21, 83.14])),
            ),
            output(
                "total",
                Some("全部投资(含电力、带宽与算法工程师)"),
                Some("CNY"),
                Statistics::Number(number(6.6e9, 9.8e8, 6.5996e9, 0.51, [5.2e9, 5.91e9, 6.53e9, 7.22e9, 8.31e9])),
            ),
            output("break_even", Some("Break-even"), Some("month"), Statistics::Time(break_even())),
            output("npv", Some("Net present value at the cost of capital"), Some("亿 CNY"), Statistics::Number(npv)),
            output("irr", Some("Internal rate of return"), Some("1/year"), Statistics::Number(irr)),
            can_afford("alibaba", Some("a800"), 0.9903, true),
            can_afford("tencent", Some("a800"), 0.9948, true),
            can_afford("baidu", None, 0.0207, false),
            output("firms", Some("Firms that can afford it"), None, Statistics::Number(firms)),
            output("funding", Some("Cumulative cash"), Some("亿 CNY"), Statistics::Series(funding())),
        ],
        statistics: Vec::new(),
        checks: Vec::new(),
        warnings: vec![
            Warning::new(
                "P95 of `total` rests on few trials: 40,000 would do".to_owned(),
                "`total` 的 P95 所依据的试验太少：需要 40,000 次".to_owned(),
            ),
            Warning::new(
                "`irr` is undefined in 1.2 % of the trials, and its percentiles are of the others; a reader who compares them with `npv` compares other trials".to_owned(),
                "`irr` 在 1.2 % 的试验中无定义，其百分位数来自其余试验".to_owned(),
            ),
        ],
        notes: Vec::new(),
    }
}

/// The same, interrupted, under a scenario and an override.
pub(super) fn partial() -> SimulationResult {
    let mut result = full();
    result.outputs.truncate(3);
    result.warnings.clear();
    result.provenance.trials = 262_144;
    result.provenance.scenario = Some("small_model".to_owned());
    result.provenance.set = BTreeMap::from([("gpus".to_owned(), "300 GPU".to_owned())]);
    result
}

/// The base case alone.
pub(super) fn base() -> SimulationResult {
    let mut result = full();
    result.warnings.clear();
    result.provenance.trials = 0;
    result.provenance.trials_asked = 0;
    for output in &mut result.outputs {
        output.statistics = without_trials(&output.statistics);
    }
    result
}

fn without_trials(statistics: &Statistics) -> Statistics {
    let number = |number: &NumberSummary| NumberSummary {
        mean: None,
        mean_se: None,
        effective_trials: None,
        sd: None,
        min: None,
        max: None,
        base: number.base.map(|base| BaseCase { rank: None, ..base }),
        below_zero: None,
        quantiles: Vec::new(),
        undefined: Undefined::default(),
    };
    match statistics {
        Statistics::Number(summary) => Statistics::Number(number(summary)),
        Statistics::Time(time) => Statistics::Time(TimeSummary {
            number: number(&time.number),
            never: None,
            within: Vec::new(),
            quantiles_if_ever: Vec::new(),
        }),
        Statistics::Probability(summary) => {
            Statistics::Probability(ProbabilitySummary { probability: None, ..summary.clone() })
        }
        Statistics::Series(series) => Statistics::Series(SeriesSummary {
            steps: series
                .steps
                .iter()
                .map(|step| StepSummary {
                    statistics: without_trials(&step.statistics),
                    ..step.clone()
                })
                .collect(),
        }),
    }
}

pub(super) fn quantity_rows() -> Vec<QuantityRow> {
    let row = |kind, name: &str, about: Option<&str>, unit: Option<&str>, values: Vec<Point>| {
        QuantityRow {
            kind,
            name: name.to_owned(),
            about: about.map(str::to_owned),
            unit: unit.map(str::to_owned),
            shown: Shown::plain(unit),
            is_series: values.len() > 1,
            values,
            is_condition: false,
        }
    };
    let one = |value: f64| vec![Point::Value(value)];
    let cash = (0..=60)
        .map(|t| Point::Value(if t == 0 { -6.6e9 } else { 1.18e8 - 1e6 * f64::from(t) }))
        .collect();
    let condition = QuantityRow {
        is_condition: true,
        ..row("formula", "can_afford[baidu]", None, None, one(1.0))
    };
    let is_open = (0..=60).map(|t| Point::Value(if t < 10 { 0.0 } else { 1.0 })).collect();
    vec![
        row("input", "gpus", Some("Cards bought"), Some("GPU"), one(10_000.0)),
        row("input", "gpu_price", Some("Price of one A800"), Some("CNY/GPU"), one(100_000.0)),
        row("input", "server_share", None, Some("%"), one(30.0)),
        row("formula", "cluster", None, Some("CNY"), one(3_333_333_333.333_333)),
        condition,
        row("series", "cash_flow", None, Some("CNY/month"), cash),
        QuantityRow { is_condition: true, ..row("series", "is_open", None, None, is_open) },
        row("output", "investment", Some("Total investment"), Some("亿 CNY"), one(66.0)),
        row("output", "break_even", Some("Break-even"), Some("month"), vec![Point::Never]),
        row("output", "irr", None, Some("1/year"), vec![Point::Undefined]),
    ]
}

pub(super) fn input_rows() -> Vec<InputRow> {
    let row =
        |name: &str, unit: Option<&str>, base: f64, mean: Option<f64>, percentiles: [f64; 3]| {
            InputRow {
                name: name.to_owned(),
                text: String::new(),
                unit: unit.map(str::to_owned),
                shown: Shown::plain(unit),
                base: Point::Value(base),
                is_random: percentiles[0] < percentiles[2],
                mean,
                percentiles,
                is_simulated: false,
                is_process: false,
                about: None,
                source: None,
                date: None,
                confidence: None,
                outline: None,
            }
        };
    let sourced = |row: InputRow, source: &str| InputRow { source: Some(source.to_owned()), ..row };
    vec![
        sourced(row("gpus", Some("GPU"), 10_000.0, Some(1e4), [1e4; 3]), "财经十一人, 2023-05-13"),
        sourced(
            row(
                "gpu_price",
                Some("CNY/GPU"),
                1e5,
                Some(105_833.333),
                [90_412.7, 105_317.2, 123_018.9],
            ),
            "Epoch AI hardware prices, April 2026; article: 10万元/枚",
        ),
        row("soft_cost", Some("亿 CNY"), 3.162_277, Some(4.038_3), [1.0, 3.162_277, 10.0]),
        InputRow {
            is_simulated: true,
            is_process: false,
            ..row("rent", Some("CNY/GPU/hour"), 10.0, Some(10.002), [7.53, 10.0, 12.48])
        },
        row("capex[alibaba]", Some("亿 CNY"), 533.0, Some(533.0), [533.0; 3]),
        row("显卡功耗", Some("kW/GPU"), 0.4, Some(0.4), [0.35, 0.4, 0.45]),
        row("tail", None, 1.0, None, [0.000_051, 1.0, 19.5]),
    ]
}
