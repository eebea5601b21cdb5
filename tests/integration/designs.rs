//! Latin hypercubes and Sobol' points, end to end: what they reproduce, what their intervals and gains are worth.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use outlay::engine::reference::{Draws, Trial};
use outlay::engine::{self, Prepared};
use outlay::math::simd::SimdPath;
use outlay::program::{self, Lowered, Mode};
use outlay::results::{NumberSummary, Point, SimulationResult, Statistics};
use outlay::sampling::{Design, Layout};
use outlay::{
    Asked, Compiled, Monitor, Request, RunSettings, Unwatched, compile, no_files, report, run,
    shipped,
};

const DESIGNS: [Design; 2] = [Design::Latin, Design::Sobol];

#[track_caller]
fn compiled(text: &str) -> Compiled {
    let request = Request { name: "model.toml".into(), text: text.into(), ..Request::default() };
    compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// A shipped model, and models with step draws, rates of return and several indexes.
fn models() -> Vec<Compiled> {
    let shipped = shipped::SHIPPED.iter().map(|shipped| shipped.text.to_owned());
    let known = ["random-walk", "irr-table", "hierarchies"].map(|name| {
        let path = format!("{}/tests/fixtures/known/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).expect("a fixture is readable")
    });
    shipped.take(1).chain(known).map(|text| compiled(&text)).collect()
}

/// Normal steps, other steps, inputs of the trial; a sum over time, a time, a condition.
const STEPS: &str = r#"
outlay = 1
timeline = { step = "month", steps = 12 }
[inputs]
scale = "lognormal(mean = 3, sd = 1)"
slope = "uniform(0, 1)"
shock = { value = "normal(0, 1)", each = "step" }
fire = { value = "bernoulli(0.1)", each = "step" }
wear = { value = "gamma(2, 0.1)", each = "step" }
fees = "compound(poisson(2), gamma(2, 0.5))"
[series]
walk = { first = "slope", next = "prev + shock * scale" }
loss = "fire * wear"
[outputs]
walk = {}
end = { value = "last(walk)" }
losses = { value = "sum(loss)" }
fees = {}
above = { value = "first_time(walk > 5)" }
positive = { value = "last(walk) > 0" }
"#;

/// A sum and a product of a few inputs, whose mean is 1 + 2 + 1/2 · 3.
const SMOOTH: &str = r#"
outlay = 1
[inputs]
a = "normal(1, 1)"
b = "uniform(1, 3)"
c = "uniform(0, 1)"
d = "exponential(3)"
[outputs]
total = { value = "a + b + c * d" }
low = { value = "a + b + c * d < 3" }
"#;
const SMOOTH_MEAN: f64 = 4.5;

fn settings(design: Design, trials: u64) -> RunSettings {
    RunSettings { design, trials, ..RunSettings::default() }
}

fn number(result: &SimulationResult, at: usize) -> &NumberSummary {
    match &result.outputs[at].statistics {
        Statistics::Number(number) => number,
        other @ (Statistics::Time(_) | Statistics::Probability(_) | Statistics::Series(_)) => {
            panic!("a number: {other:?}")
        }
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    for model in models().iter().chain([&compiled(STEPS)]) {
        for design in DESIGNS {
            let json = |threads: usize| {
                let settings =
                    RunSettings { threads: Some(threads), ..settings(design, 16 * 1100 + 5) };
                report::json(&run(model, &settings, &Unwatched), None)
            };
            let one = json(1);
            for threads in [2, 3, 7] {
                assert!(json(threads) == one, "{threads} threads, {design:?}");
            }
        }
    }
}

fn values(model: &Compiled, layout: Layout, path: SimdPath) -> Vec<Vec<u64>> {
    let sources = engine::plan_sources(model.program(), layout, 1);
    let prepared = Prepared::new(model.program(), 1).with_path(path);
    let lists = engine::collect_all(&prepared, &sources, model.program().n_channels);
    lists.iter().map(|list| list.iter().map(|value| value.to_bits()).collect()).collect()
}

#[test]
fn instructions_do_not_change_a_bit() {
    for model in models().iter().chain([&compiled(STEPS)]) {
        for design in DESIGNS {
            let layout = Layout::new(design, 16 * 64 + 3);
            let baseline = values(model, layout, SimdPath::Baseline);
            assert_eq!(baseline[0].len() as u64, layout.trials());
            for path in SimdPath::available() {
                assert!(values(model, layout, path) == baseline, "{path} {design:?}");
            }
        }
    }
}

/// Every trial alone, from the graph, is the trial of the run: what replays rest on.
#[test]
fn the_reference_gives_the_trials_of_the_run() {
    let model = compiled(STEPS);
    let outputs = &model.model().outputs;
    let (graph, cells) = program::lower_outputs(model.model(), outputs, Mode::Sample);
    for design in DESIGNS {
        let layout = Layout::new(design, 16 * 600);
        let values = values(&model, layout, SimdPath::detect());
        let sources = engine::plan_sources(model.program(), layout, 1);
        let prepared = Prepared::new(model.program(), 1);
        for trial in [0, 1, 599, 600, 5123, layout.trials() - 1] {
            let place = layout.place(trial);
            let own = sources.sources(layout.replicate(place.replicate));
            let draws = Draws::Trial {
                sources: &own,
                streams: &prepared.streams,
                samplers: &prepared.samplers,
                place,
            };
            let mut reference = Trial::new(&graph, draws, model.program().years_per_step);
            let nodes: Vec<Lowered> = cells.iter().map(|cells| cells[0].nodes).collect();
            let expected = nodes.iter().flat_map(|&nodes| reference.values(nodes));
            for (channel, expected) in expected.enumerate() {
                let found = f64::from_bits(values[channel][trial as usize]);
                assert!(
                    found.to_bits() == expected.to_bits(),
                    "{design:?} {trial} {channel}: {found} {expected}"
                );
            }
        }
    }
}

/// Trials without a value are followed back to their causes under every design, and named by the trial that replays.
#[test]
fn undefined_trials_are_told_by_cause_and_trial() {
    let model = compiled(
        "outlay = 1\n[inputs]\nx = \"uniform(-1, 9)\"\n[outputs]\nroot = { value = \"sqrt(x)\" }\n",
    );
    for design in DESIGNS {
        let settings = settings(design, 16 * 128);
        let result = run(&model, &settings, &Unwatched);
        let undefined = &number(&result, 0).undefined;
        let (first, values) = (
            undefined.first_trials.values().min(),
            &values(&model, settings.layout(), SimdPath::detect())[0],
        );
        let expected = values.iter().position(|&bits| f64::from_bits(bits).is_nan());
        assert_eq!(first.copied(), expected.map(|at| at as u64), "{undefined:?}");
        let trial = outlay::trial(&model, &settings, expected.expect("a tenth is") as u64);
        let x = trial.iter().find(|row| row.name == "x").expect("an input");
        assert!(matches!(x.values[..], [Point::Value(x)] if x < 0.0), "{x:?}");
    }
}

/// Stops a run once so many trials are done.
struct StopsAt(u64, AtomicU64);

impl Monitor for StopsAt {
    fn progress(&self, done: u64) {
        self.1.fetch_max(done, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

#[test]
fn an_interrupted_run_is_of_whole_replicates() {
    let model = compiled(SMOOTH);
    for design in DESIGNS {
        let settings = RunSettings { threads: Some(2), ..settings(design, 16 * 1024) };
        let all = values(&model, settings.layout(), SimdPath::detect());
        let result = run(&model, &settings, &StopsAt(5 * 1024 + 300, AtomicU64::new(0)));
        assert_eq!(result.provenance.trials_asked, 16 * 1024);
        let trials = result.provenance.trials;
        assert!((5..16).contains(&(trials / 1024)) && trials.is_multiple_of(1024), "{trials}");
        let sum: f64 = all[0][..trials as usize].iter().map(|&bits| f64::from_bits(bits)).sum();
        let mean = number(&result, 0).mean.expect("a mean");
        assert!((mean - sum / trials as f64).abs() < 1e-12);
        assert!(number(&result, 0).mean_se.expect("several replicates") > 0.0);
    }
}

#[test]
fn a_run_stopped_in_its_first_replicate_has_nothing() {
    let stopped = StopsAt(1, AtomicU64::new(1));
    let result = run(&compiled(SMOOTH), &settings(Design::Sobol, 1 << 14), &stopped);
    assert_eq!((result.provenance.trials, number(&result, 0).mean), (0, None));
}

#[test]
fn designs_say_how_much_better_they_are() {
    let model = compiled(SMOOTH);
    let trials = 16 * 1024;
    let gain = |design| {
        let result = run(&model, &settings(design, trials), &Unwatched);
        let total = number(&result, 0);
        let error = total.mean.expect("a mean") - SMOOTH_MEAN;
        assert!(error.abs() < 5.0 * total.mean_se.expect("an error"), "{design:?}: {error}");
        total.effective_trials.map(|effective| effective / trials as f64)
    };
    assert_eq!(gain(Design::Random), None);
    // What is left to a Latin hypercube is the product: V(c d) less the parts of c and of d alone.
    let latin = gain(Design::Latin).expect("of replicates");
    assert!((3.0..30.0).contains(&latin), "{latin}");
    let sobol = gain(Design::Sobol).expect("of replicates");
    assert!(sobol > 300.0, "{sobol}");
}

#[test]
fn sobol_trials_are_rounded_up_with_a_note() {
    let result = run(&compiled(SMOOTH), &settings(Design::Sobol, 1000), &Unwatched);
    assert_eq!((result.provenance.trials, result.provenance.trials_asked), (1024, 1024));
    assert_eq!(
        result.notes,
        [
            "1,000 trials were asked for; Sobol' points come in powers of two, so that 1,024 are planned"
        ]
    );
    let exact = run(&compiled(SMOOTH), &settings(Design::Sobol, 1024), &Unwatched);
    assert!(exact.notes.is_empty());
    assert_eq!(exact.outputs, result.outputs);
    let latin = run(&compiled(SMOOTH), &settings(Design::Latin, 1001), &Unwatched);
    assert_eq!(latin.provenance.trials, 1001);
}

#[test]
fn the_smallest_runs_have_a_result() {
    for design in DESIGNS {
        for trials in [1, 2, 15, 16, 17, 40] {
            for text in [SMOOTH, STEPS] {
                let result = run(&compiled(text), &settings(design, trials), &Unwatched);
                assert!(result.provenance.trials >= trials);
            }
        }
    }
}

#[test]
fn statistics_have_the_intervals_of_the_replicates() {
    let request = Request {
        name: "model.toml".into(),
        text: SMOOTH.into(),
        statistics: ["mean(total)", "p90(total)", "p50(total)", "P(low)"].map(Asked::figure).into(),
        ..Request::default()
    };
    let model = compile(&request, &mut no_files).expect("a valid model");
    let result = run(&model, &settings(Design::Sobol, 1 << 14), &Unwatched);
    let total = number(&result, 0);
    let interval = |at: usize| match result.statistics[at].interval {
        Ok((Point::Value(low), Point::Value(high))) => (low, high),
        other => panic!("an interval: {other:?}"),
    };
    let (low, high) = interval(0);
    let (z, t, mean) = (1.959_963_985_f64, 2.131_449_546, total.mean.expect("a mean"));
    let (near, far) = ((mean - low).min(high - mean), (mean - low).max(high - mean));
    // The standard error is wider for the squared skewness of 16 means; the interval reaches further on one side, by the two
    // terms of Cornish and Fisher in 1.6 times the skewness.
    let widening = t * total.mean_se.expect("an error") / near;
    let term = z * (z * z * z * z + 2.0 * z * z - 3.0) / (18.0 * 16.0);
    let skewness = ((widening - 1.0) * t / term).sqrt() * 240.0_f64.sqrt() / 14.0;
    let further = 1.6 * skewness / 4.0 * (1.447_243 + 1.6 * skewness / 4.0 * 1.955_5);
    assert!((far / near - (t + further) / t).abs() < 1e-4, "{near} {far} {skewness}");
    // P90 is no percentile of the table, and is told by the replicates all the same.
    let (low, high) = interval(1);
    let random = run(&model, &settings(Design::Random, 1 << 14), &Unwatched);
    let Ok((Point::Value(a), Point::Value(b))) = random.statistics[1].interval else {
        panic!("an interval")
    };
    assert!(high - low < 0.8 * (b - a), "{low} {high}, of independent trials {a} {b}");
    let (low, high) = interval(2);
    assert_eq!(
        (Point::Value(low), Point::Value(high)),
        (total.quantiles[2].low, total.quantiles[2].high)
    );
    let Statistics::Probability(share) = &result.outputs[1].statistics else {
        panic!("a condition")
    };
    let share = share.probability.expect("trials");
    assert_eq!(interval(3), (share.low, share.high));
}

/// The share of many small runs whose 95 % intervals hold the truth.
#[test]
fn intervals_hold_the_truth() {
    const RUNS: u64 = 250;
    /// The 97.5 % quantile of Student's t with 15 degrees of freedom.
    const T_15: f64 = 2.131;
    let model = compiled(
        "outlay = 1\n[inputs]\na = \"normal(1, 1)\"\nb = \"normal(2, 2)\"\nc = \"normal(0, 2)\"\n\
         [outputs]\ntotal = { value = \"a + b + c\" }\npositive = { value = \"a + b + c > 3\" }\n",
    );
    // The sum is normal with mean 3 and standard deviation 3.
    let percentiles =
        [(0.05, 3.0 - 3.0 * 1.644_853_627), (0.5, 3.0), (0.9, 3.0 + 3.0 * 1.281_551_566)];
    for design in DESIGNS {
        let mut held = [0_u64; 5];
        for seed in 0..RUNS {
            let percentiles_asked = percentiles.iter().map(|&(p, _)| p).collect();
            let settings =
                RunSettings { seed, percentiles: percentiles_asked, ..settings(design, 16 * 64) };
            let result = run(&model, &settings, &Unwatched);
            let total = number(&result, 0);
            let (mean, se) = (total.mean.expect("a mean"), total.mean_se.expect("an error"));
            held[0] += u64::from((mean - 3.0).abs() <= T_15 * se);
            for (at, (quantile, (_, truth))) in total.quantiles.iter().zip(percentiles).enumerate()
            {
                let Point::Value(low) = quantile.low else { panic!("a number") };
                let Point::Value(high) = quantile.high else { panic!("a number") };
                held[1 + at] += u64::from(low <= truth && truth <= high);
            }
            let Statistics::Probability(positive) = &result.outputs[1].statistics else {
                panic!("a condition")
            };
            let estimate = positive.probability.expect("trials");
            held[4] += u64::from(estimate.low <= 0.5 && 0.5 <= estimate.high);
        }
        for (at, held) in held.into_iter().enumerate() {
            let share = held as f64 / RUNS as f64;
            // The standard error of a coverage of 95 % is 1.4 %.
            assert!((0.91..=0.995).contains(&share), "{design:?}, estimate {at}: {share}");
        }
    }
}
