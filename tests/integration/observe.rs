//! Trials watched one by one: the values of the run, whatever the threads, and those of the trial replayed alone.

use std::fs;

use outlay::accumulate::ChannelKind;
use outlay::engine::{self, Prepared};
use outlay::results::Point;
use outlay::{
    Compiled, Observation, Request, RunSettings, Unwatched, Watched, compile, no_files, shipped,
    trial,
};

const TRIALS: u64 = 20_011;
const SEED: u64 = 7;

#[track_caller]
fn compiled(text: &str, expressions: Vec<(&'static str, String)>) -> Compiled {
    let request =
        Request { name: "model.toml".into(), text: text.into(), expressions, ..Request::default() };
    compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// Shipped models, and models with step draws, rates of return, solved distributions and several indexes.
fn models() -> Vec<Compiled> {
    let mut texts: Vec<String> =
        shipped::SHIPPED.iter().map(|shipped| shipped.text.to_owned()).collect();
    for name in ["random-walk", "irr-table", "hierarchies", "two-indices", "undefined"] {
        let path = format!("{}/tests/fixtures/known/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        texts.push(fs::read_to_string(path).expect("a fixture is readable"));
    }
    texts.iter().map(|text| compiled(text, Vec::new())).collect()
}

/// The bits of all values, a list a channel.
fn columns(prepared: &Prepared<'_>, threads: usize) -> Vec<Vec<u64>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let mut all = vec![Vec::new(); prepared.program.n_channels];
    let bits = |chunk: &engine::Chunk| chunk.runs[0].iter().map(|list| bits(list)).collect();
    let done = pool.install(|| {
        let runs = std::slice::from_ref(prepared);
        engine::observe(runs, TRIALS, &Unwatched, bits, |part: Vec<Vec<u64>>| {
            all.iter_mut().zip(part).for_each(|(list, part)| list.extend(part));
        })
    });
    assert_eq!(done, TRIALS);
    all
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn observed_trials_are_those_of_the_run() {
    for model in models() {
        let outputs = model.watched_outputs();
        let observation = Observation::new(&model, &outputs).expect("a small model");
        let prepared = observation.prepare(SEED);
        let run = Prepared::new(model.program(), SEED);
        let values = engine::collect(&run, model.program().n_channels, TRIALS);
        let expected: Vec<Vec<u64>> = values.iter().map(|list| bits(list)).collect();
        for threads in [1, 2, 5] {
            let observed = columns(&prepared, threads);
            // Behind the outputs the run records what the model's checks ask for.
            assert!(observed == expected[..observed.len()], "{threads} threads");
        }
    }
}

#[test]
fn a_trial_replayed_alone_is_that_of_the_run() {
    for model in models() {
        let settings = RunSettings { seed: SEED, ..RunSettings::default() };
        let rows_of = |number| trial(&model, &settings, number);
        let outputs = model.watched_outputs();
        let shown = |watched: Watched| {
            outputs.iter().find(|output| output.name == watched.name).cloned().unwrap_or(watched)
        };
        let watched: Vec<Watched> = model.watched_quantities().into_iter().map(shown).collect();
        let observation = Observation::new(&model, &watched).expect("a small model");
        let prepared = observation.prepare(SEED);
        let values = engine::collect(&prepared, prepared.program.n_channels, TRIALS);
        for number in [0, 1, 511, 512, 9_999, TRIALS - 1] {
            let rows = rows_of(number);
            assert_eq!(rows.len(), watched.len());
            for (position, row) in rows.iter().enumerate() {
                assert_eq!(row.name, watched[position].name);
                assert_eq!(row.unit, watched[position].unit);
                let channels = observation.channels(position);
                assert_eq!(row.values.len(), channels.len(), "{}", row.name);
                for (point, channel) in row.values.iter().zip(channels) {
                    let value = values[channel][usize::try_from(number).expect("small")];
                    let expected = match watched[position].kind {
                        ChannelKind::Time if value == f64::INFINITY => Point::Never,
                        _ if value.is_finite() => Point::Value(value),
                        ChannelKind::Number | ChannelKind::Time | ChannelKind::Condition => {
                            Point::Undefined
                        }
                    };
                    assert_eq!(*point, expected, "{} in trial {number}", row.name);
                }
            }
        }
    }
}

const SUM: &str = r#"
outlay = 1
[inputs]
a = "normal(0, 1)"
b = "uniform(0, 1)"
c = "pert(1, 2, 5)"
[outputs]
sum = { value = "a + b + c" }
"#;

#[test]
fn draws_of_another_seed_for_one_input_leave_the_others() {
    let model = compiled(SUM, Vec::new());
    let inputs: Vec<Watched> =
        model.watched_inputs().into_iter().map(|input| input.values).collect();
    let observation = Observation::new(&model, &inputs).expect("a small model");
    let own = observation.prepare(SEED);
    let (mixed, other) = (own.with_draws_of(99, &|site| site == "b"), own.reseeded(99));
    let [own, other, mixed] = [own, other, mixed].map(|prepared| columns(&prepared, 2));
    assert!(mixed[0] == own[0] && mixed[2] == own[2]);
    assert!(mixed[1] == other[1] && mixed[1] != own[1]);
}

#[test]
fn expressions_of_the_command_line_are_watched() {
    let model = compiled(SUM, vec![("--where", "sum > 3 and b < 50%".to_owned())]);
    let region = model.watched_output("sum > 3 and b < 50%").expect("it was asked for");
    assert_eq!(region.kind, ChannelKind::Condition);
    let sum = model.watched_output("sum").expect("an output");
    let b = model.watched_inputs().swap_remove(1).values;
    let observation = Observation::new(&model, &[region, sum, b]).expect("a small model");
    let lists = engine::collect(&observation.prepare(SEED), 3, TRIALS);
    for ((region, sum), b) in lists[0].iter().zip(&lists[1]).zip(&lists[2]) {
        assert_eq!(*region == 1.0, *sum > 3.0 && *b < 0.5);
    }
    assert_eq!(model.watched_outputs().len(), 1, "a run reports the model's outputs alone");
}

#[test]
fn mistakes_in_them_are_of_the_command_line() {
    for text in ["sum > 3 CNY", "sun > 3", "sum >", " ", "normal(0, 1)"] {
        let request = Request {
            text: SUM.into(),
            expressions: vec![("--where", text.to_owned())],
            ..Request::default()
        };
        let failure = compile(&request, &mut no_files).expect_err(text);
        assert!(failure.is_usage, "{text}");
        let shown = outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false);
        assert!(shown.contains("--where"), "{shown}");
    }
}
