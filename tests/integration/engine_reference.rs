//! The block engine gives the bits of the scalar reference, on every instruction set, for models of all kinds;
//! and the reference, which reads the graph, gives those of the model's plain meaning, which does not.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use outlay::check::{CheckedModel, QuantityId, QuantityKind, TypedExpr};
use outlay::diagnostic::render;
use outlay::distribution::Distribution;
use outlay::engine::reference::{Draws, Trial};
use outlay::engine::{self, Prepared, PreparedSampler, Sampler, Sink, Worker};
use outlay::math::simd::SimdPath;
use outlay::program::{self, Cell, Graph, Lowered, Mode, Program, Root};
use outlay::sampling::{BLOCK, Design, Layout};
use outlay::{Request, compile, no_files};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use crate::generator;
use crate::meaning::Meaning;

const SEED: u64 = 7;
/// A block somewhere in a long run, and a part of the next one.
const FIRST_BLOCK: u64 = 3;
const TRIALS: u64 = BLOCK as u64 + 5;
/// Trials that are compared, counted from the first of the block.
const COMPARED: [u64; 6] = [0, 1, 7, 300, BLOCK as u64 - 1, BLOCK as u64 + 4];

/// Two values that nobody can tell apart: one undefined is as good as another.
fn is_same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Tables are built once for all models.
fn sampler(law: &Distribution) -> PreparedSampler {
    static KNOWN: Mutex<Vec<(Distribution, PreparedSampler)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, sampler)) = known.iter().find(|(other, _)| other == law) {
        return Arc::clone(sampler);
    }
    let sampler = Arc::new(Sampler::new(law));
    known.push((law.clone(), Arc::clone(&sampler)));
    sampler
}

/// A model on its way to the engine.
struct Lowering {
    graph: Graph,
    cells: Vec<(String, Cell)>,
    program: Program,
    years_per_step: f64,
}

fn lower(model: &CheckedModel, mode: Mode) -> Lowering {
    let years_per_step =
        model.timeline.as_ref().map_or(1.0, |timeline| 1.0 / timeline.steps_per_year());
    let n_steps = model.timeline.as_ref().map_or(1, |timeline| timeline.steps as usize + 1);
    let (graph, cells) = program::lower_outputs(model, &model.outputs, mode);
    let named = model.outputs.iter().zip(cells);
    let cells: Vec<(String, Cell)> = named
        .flat_map(|(output, cells)| cells.into_iter().map(|cell| (output.name.clone(), cell)))
        .collect();
    let (mut roots, mut n_channels) = (Vec::new(), 0);
    for (_, cell) in &cells {
        let (first, later) = match cell.nodes {
            Lowered::Trial(node) => (node, None),
            Lowered::Series { first, later } => (first, Some(later)),
        };
        roots.push(Root { channel: n_channels, first, later });
        n_channels += if later.is_some() { n_steps } else { 1 };
    }
    let program = program::schedule(&graph, &roots, n_channels, years_per_step)
        .expect("a small model has registers enough");
    Lowering { graph, cells, program, years_per_step }
}

/// The first difference between the engine and the reference.
fn difference(model: &CheckedModel, mode: Mode) -> Option<String> {
    let Lowering { graph, cells, program, years_per_step } = lower(model, mode);
    let sources = Prepared::new(&Program { samplers: Vec::new(), ..program.clone() }, SEED).sources;
    let samplers: Vec<PreparedSampler> = program.samplers.iter().map(sampler).collect();
    let streams = engine::streams(&program, SEED);
    let columns = SimdPath::available().map(|path| {
        let (sources, samplers) = (sources.clone(), samplers.clone());
        let streams = engine::streams(&program, SEED);
        let prepared = Prepared { program: &program, samplers, sources, streams, path };
        let mut lists = vec![Vec::new(); program.n_channels];
        Worker::new(&prepared).run(FIRST_BLOCK, TRIALS, &mut Sink::Values(&mut lists));
        (path, lists)
    });
    let columns: Vec<(SimdPath, Vec<Vec<f64>>)> = columns.collect();
    for lane in COMPARED {
        let trial = FIRST_BLOCK * BLOCK as u64 + lane;
        let place = Layout::new(Design::Random, trial + 1).place(trial);
        let draws = match mode {
            Mode::Sample => {
                Draws::Trial { sources: &sources, streams: &streams, samplers: &samplers, place }
            }
            Mode::Base => Draws::None,
        };
        let mut reference = Trial::new(&graph, draws, years_per_step);
        if let Some(difference) = misunderstanding(model, mode, draws, &cells, &mut reference) {
            return Some(difference);
        }
        let mut channel = 0;
        for (name, cell) in &cells {
            for (step, expected) in reference.values(cell.nodes).into_iter().enumerate() {
                for (path, lists) in &columns {
                    let found = lists[channel][lane as usize];
                    if !is_same(found, expected) {
                        return Some(format!(
                            "{name} at step {step}, labels {:?}, trial {trial}, {path:?}, {mode:?}: the engine has {found:?}, the reference {expected:?}",
                            cell.labels
                        ));
                    }
                }
                channel += 1;
            }
        }
    }
    None
}

/// The first difference between the graph and the plain meaning of the model.
fn misunderstanding(
    model: &CheckedModel,
    mode: Mode,
    draws: Draws<'_>,
    cells: &[(String, Cell)],
    reference: &mut Trial<'_>,
) -> Option<String> {
    let ids: Vec<QuantityId> = (0..)
        .map(QuantityId)
        .zip(&model.quantities)
        .filter_map(|(id, quantity)| (quantity.kind == QuantityKind::Input).then_some(id))
        .collect();
    // Inputs are lowered before anything else: draw sites and samplers have the numbers that they have in the whole.
    let (graph, input_cells) = program::lower_quantities(model, &ids, mode);
    let years_per_step =
        model.timeline.as_ref().map_or(1.0, |timeline| 1.0 / timeline.steps_per_year());
    let mut draw = Trial::new(&graph, draws, years_per_step);
    let mut inputs = BTreeMap::new();
    for (&id, cells) in ids.iter().zip(&input_cells) {
        for cell in cells {
            inputs.insert((id, cell.labels.clone()), draw.values(cell.nodes));
        }
    }
    let mut meaning = Meaning::new(model, inputs);
    let outputs = model.outputs.iter().map(|output| (&output.name, &output.value));
    let outputs: BTreeMap<&String, &TypedExpr> = outputs.collect();
    for (name, cell) in cells {
        for (step, found) in reference.values(cell.nodes).into_iter().enumerate() {
            let expected = meaning.value(outputs[name], &cell.labels, step);
            if !is_same(found, expected) {
                return Some(format!(
                    "{name} at step {step}, labels {:?}, {mode:?}: the graph has {found:?}, the model means {expected:?}",
                    cell.labels
                ));
            }
        }
    }
    None
}

/// What is wrong with a model, if anything.
fn complaint(text: &str) -> Option<String> {
    let request =
        Request { name: "generated.toml".into(), text: text.into(), ..Request::default() };
    let attempt = || match compile(&request, &mut no_files) {
        Ok(compiled) => [Mode::Sample, Mode::Base]
            .into_iter()
            .find_map(|mode| difference(compiled.model(), mode)),
        Err(failure) => Some(render(&failure.diagnostics, &failure.sources, false)),
    };
    // A panic is a complaint too, and wants to be told with its model.
    let complaint = catch_unwind(AssertUnwindSafe(attempt))
        .unwrap_or_else(|_| Some("it panicked, see above".to_owned()))?;
    Some(format!("{complaint}\n{text}"))
}

#[test]
fn generated_models_run_as_the_reference_says() {
    // Two hundred models tell most of what can go wrong; PROPTEST_CASES asks for more.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(200),
        max_shrink_iters: 5_000,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = match std::env::var("PROPTEST_RNG_SEED") {
        Ok(_) => TestRunner::new(config),
        // The same models every time: a test that fails now and then helps nobody.
        Err(_) => {
            let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            TestRunner::new_with_rng(config, rng)
        }
    };
    let tape = proptest::collection::vec(any::<u32>(), 0..700);
    let outcome = runner.run(&tape, |tape| match complaint(&generator::model(&tape)) {
        Some(complaint) => Err(TestCaseError::fail(complaint)),
        None => Ok(()),
    });
    if let Err(TestError::Fail(reason, _)) = outcome {
        panic!("{reason}");
    }
}
