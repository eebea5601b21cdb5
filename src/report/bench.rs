//! What `outlay bench` has measured, as a page, as CSV and as JSON (`outlay.bench/1`). Nothing here looks at a clock.

use serde::Serialize;

use super::csv::{Sheet, number as csv_number, safe};
use super::json::written;
use super::memo::NOTHING;
use super::number::{fixed, grouped};
use super::page::{Align, Column, Grid, Memo};

/// Where and with what it was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Version of outlay.
    pub outlay: &'static str,
    /// Name of the processor.
    pub cpu: String,
    /// Threads that it runs at once.
    pub cores: usize,
    /// The instructions used: `avx512`, `avx2`, `baseline`.
    pub simd: &'static str,
    /// Rounds behind every figure.
    pub rounds: usize,
}

/// A figure measured several times: the median, the smallest and the largest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// The median.
    pub median: f64,
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

/// Time a draw of one family.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrawSpeed {
    /// The distribution as a model writes it.
    pub distribution: String,
    /// Nanoseconds a draw, its uniform number included.
    pub nanoseconds: Measured,
    /// The same of `rand_distr`, where it has the family.
    pub rand_distr: Option<Measured>,
}

/// Speed of one model on so many threads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelSpeed {
    /// The model.
    pub model: String,
    /// Threads.
    pub threads: usize,
    /// Trials of a run.
    pub trials: u64,
    /// Million trials a second, set-up included.
    pub million_trials_per_second: Measured,
    /// Speed against one thread.
    pub scaling: f64,
}

/// How exact a design is for the time that it takes, for one statistic of one output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DesignAccuracy {
    /// The model.
    pub model: String,
    /// Its output.
    pub output: String,
    /// The design.
    pub design: &'static str,
    /// Trials of a run.
    pub trials: u64,
    /// `mean`, `P50`, `P95`.
    pub statistic: &'static str,
    /// Root mean square error over the runs with different seeds, in the output's unit.
    pub rmse: f64,
    /// Seconds of one run on one thread, the median.
    pub seconds: f64,
    /// How many times smaller the error is than that of `random` in the same time.
    pub gain: f64,
}

/// All that was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bench {
    /// Where.
    pub machine: Machine,
    /// Draws.
    pub draws: Vec<DrawSpeed>,
    /// Models.
    pub models: Vec<ModelSpeed>,
    /// Designs.
    pub designs: Vec<DesignAccuracy>,
}

/// The page.
pub fn bench_memo(bench: &Bench) -> Memo {
    let machine = &bench.machine;
    let grids = [draws_grid(bench), models_grid(bench), designs_grid(bench)];
    Memo {
        title: "Speed and accuracy on this machine".to_owned(),
        assumptions: vec![format!(
            "{}, {} · {} instructions · medians of {} rounds, in brackets the smallest and the largest",
            machine.cpu,
            if machine.cores == 1 {
                "1 core".to_owned()
            } else {
                format!("{} cores", machine.cores)
            },
            machine.simd,
            machine.rounds,
        )],
        grids: grids.into_iter().filter(|grid| !grid.rows.is_empty()).collect(),
        provenance: format!("outlay {} · format {}", machine.outlay, crate::FORMAT),
        command: "outlay bench".to_owned(),
        ..Memo::default()
    }
}

/// Figures of three digits or so, whatever their size.
fn short(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    fixed(value, decimals)
}

fn spread(measured: Measured) -> String {
    format!("({} – {})", short(measured.low), short(measured.high))
}

fn draws_grid(bench: &Bench) -> Grid {
    let columns = vec![
        Column::new("distribution", Align::Left),
        Column::new("ns a draw", Align::Decimal),
        Column::spare("", Align::Joined, 2),
        Column::new("rand_distr", Align::Decimal),
        Column::spare("", Align::Joined, 2),
        Column::new("times faster", Align::Decimal),
    ];
    let mut grid = Grid::new("Draws, on one thread", columns);
    for draw in &bench.draws {
        let (peer, peer_spread, faster) = match draw.rand_distr {
            Some(peer) => {
                (short(peer.median), spread(peer), short(peer.median / draw.nanoseconds.median))
            }
            None => (NOTHING.to_owned(), String::new(), NOTHING.to_owned()),
        };
        grid.rows.push(vec![
            draw.distribution.clone(),
            short(draw.nanoseconds.median),
            spread(draw.nanoseconds),
            peer,
            peer_spread,
            faster,
        ]);
    }
    grid.notes =
        vec!["ns a draw: with its uniform number, from block to column, as a run draws".to_owned()];
    grid
}

fn models_grid(bench: &Bench) -> Grid {
    let columns = vec![
        Column::new("model", Align::Left),
        Column::new("threads", Align::Right),
        Column::new("M trials/s", Align::Decimal),
        Column::spare("", Align::Joined, 2),
        Column::new("scaling", Align::Decimal),
        Column::spare("trials", Align::Right, 3),
    ];
    let mut grid = Grid::new("Whole runs", columns);
    for run in &bench.models {
        grid.rows.push(vec![
            run.model.clone(),
            run.threads.to_string(),
            short(run.million_trials_per_second.median),
            spread(run.million_trials_per_second),
            fixed(run.scaling, 2),
            grouped(run.trials),
        ]);
    }
    grid.notes = vec![
        "scaling: speed against one thread · tables and pilot of each run are included".to_owned(),
    ];
    grid
}

fn designs_grid(bench: &Bench) -> Grid {
    let columns = vec![
        Column::new("model", Align::Left),
        Column::new("output", Align::Left),
        Column::new("design", Align::Left),
        Column::new("statistic", Align::Left),
        Column::new("error", Align::Right),
        Column::new("seconds", Align::Decimal),
        Column::new("gain", Align::Decimal),
        Column::spare("trials", Align::Right, 3),
    ];
    let mut grid = Grid::new("Accuracy of the designs", columns);
    for row in &bench.designs {
        grid.rows.push(vec![
            row.model.clone(),
            row.output.clone(),
            row.design.to_owned(),
            row.statistic.to_owned(),
            format!("{:.2e}", row.rmse),
            fixed(row.seconds, 3),
            short(row.gain),
            grouped(row.trials),
        ]);
    }
    grid.notes = vec![
        "error: root mean square over seeds, against a run of many more trials, in the output's unit".to_owned(),
        "gain: how many times smaller the error is than that of `random` in the same time".to_owned(),
    ];
    grid
}

const HEAD: [&str; 9] =
    ["kind", "name", "output", "design", "threads", "statistic", "value", "low", "high"];

/// One figure a row.
pub fn bench_csv(bench: &Bench) -> String {
    let mut sheet = Sheet::new(&HEAD);
    let mut row = |labels: [&str; 6], values: [Option<f64>; 3]| {
        let mut cells = labels.map(safe).to_vec();
        cells.extend(values.map(|value| value.map_or_else(String::new, csv_number)));
        sheet.row(&cells);
    };
    let all = |figure: Measured| [Some(figure.median), Some(figure.low), Some(figure.high)];
    for draw in &bench.draws {
        let name = &*draw.distribution;
        row(["draw", name, "", "", "1", "nanoseconds"], all(draw.nanoseconds));
        if let Some(peer) = draw.rand_distr {
            row(["draw", name, "", "", "1", "nanoseconds_rand_distr"], all(peer));
        }
    }
    for run in &bench.models {
        let threads = run.threads.to_string();
        let labels = |statistic| ["model", &run.model, "", "random", &threads, statistic];
        row(labels("million_trials_per_second"), all(run.million_trials_per_second));
        row(labels("scaling"), [Some(run.scaling), None, None]);
    }
    for design in &bench.designs {
        for (what, value) in
            [("rmse", design.rmse), ("seconds", design.seconds), ("gain", design.gain)]
        {
            let statistic = format!("{}_{what}", design.statistic);
            let labels = ["design", &design.model, &design.output, design.design, "1", &statistic];
            row(labels, [Some(value), None, None]);
        }
    }
    sheet.text()
}

/// Schema `outlay.bench/1`.
pub fn bench_json(bench: &Bench) -> String {
    #[derive(Serialize)]
    struct Wire<'a> {
        schema: &'static str,
        machine: &'a Machine,
        draws: &'a [DrawSpeed],
        models: &'a [ModelSpeed],
        designs: &'a [DesignAccuracy],
    }
    let Bench { machine, draws, models, designs } = bench;
    written(&Wire { schema: "outlay.bench/1", machine, draws, models, designs })
}

#[cfg(test)]
mod tests {
    use super::super::{Look, table};
    use super::*;

    fn bench() -> Bench {
        let measured = |median: f64| Measured { median, low: median * 0.9, high: median * 1.25 };
        let design = |design, statistic, gain| DesignAccuracy {
            model: "rack".to_owned(),
            output: "npv".to_owned(),
            design,
            trials: 65_536,
            statistic,
            rmse: 0.0123 / gain,
            seconds: 0.0125,
            gain,
        };
        Bench {
            machine: Machine {
                outlay: "0.1.0",
                cpu: "a processor".to_owned(),
                cores: 2,
                simd: "avx2",
                rounds: 5,
            },
            draws: vec![
                DrawSpeed {
                    distribution: "gamma(4, 0.05)".to_owned(),
                    nanoseconds: measured(1.4),
                    rand_distr: Some(measured(18.0)),
                },
                DrawSpeed {
                    distribution: "gev(0, 1, 0.1)".to_owned(),
                    nanoseconds: measured(2.0),
                    rand_distr: None,
                },
            ],
            models: [1, 2]
                .map(|threads| ModelSpeed {
                    model: "rack".to_owned(),
                    threads,
                    trials: 1_000_000,
                    million_trials_per_second: measured(2.5 * threads as f64),
                    scaling: threads as f64,
                })
                .to_vec(),
            designs: vec![design("random", "mean", 1.0), design("sobol", "mean", 250.0)],
        }
    }

    #[test]
    fn the_page() {
        insta::assert_snapshot!(table(&bench_memo(&bench()), Look::default()));
    }

    #[test]
    fn every_figure_is_in_the_csv() {
        insta::assert_snapshot!(bench_csv(&bench()));
    }

    #[test]
    fn the_json_is_one_document() {
        let value: serde_json::Value =
            serde_json::from_str(&bench_json(&bench())).expect("valid JSON");
        assert_eq!(value["schema"], "outlay.bench/1");
        assert_eq!(value["models"][1]["scaling"], 2.0);
        assert_eq!(value["draws"][1]["rand_distr"], serde_json::Value::Null);
    }
}
