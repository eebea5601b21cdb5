//! One operation of the engine over blocks of trials: time an element, on every path of this CPU.
//!
//! `cargo bench --bench kernels`. A program of nothing but copies of one operation is run by a worker of
//! the engine, so that what is measured is what a model pays: the loop, the memory it goes through, and the
//! dispatch that chose it. Elements are lanes × copies.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use outlay::engine::{Prepared, Sink, Worker};
use outlay::math::operation::{Binary, Ternary, Unary};
use outlay::math::simd::SimdPath;
use outlay::program::{DrawSite, Op, Operand, Program, Scalar, Section};
use outlay::sampling::BLOCK;

/// Copies of the operation in a block: its two draws of operands are then lost in the noise.
const COPIES: usize = 128;
const BLOCKS: usize = 8;

/// The columns that a program begins with: two of uniform numbers, and a condition.
const A: u16 = 0;
const B: u16 = 1;
const CONDITION: u16 = 2;
/// Where results go.
const DST: u16 = 3;
const HALF: u16 = 0;

/// Operations as models use them most.
fn operations() -> Vec<(&'static str, Op<u16>)> {
    let (a, b, half) = (Operand::Column(A), Operand::Column(B), Operand::Scalar(HALF));
    let condition = Operand::Column(CONDITION);
    let unary = |op| Op::Unary { op, dst: DST, x: A };
    let binary = |op| Op::Binary { op, dst: DST, a, b };
    vec![
        ("add", binary(Binary::Add)),
        ("add a number", Op::Binary { op: Binary::Add, dst: DST, a, b: half }),
        ("multiply", binary(Binary::Multiply)),
        ("divide", binary(Binary::Divide)),
        ("min", binary(Binary::Min)),
        ("less", binary(Binary::Less)),
        ("select", Op::Ternary { op: Ternary::Select, dst: DST, a: condition, b: a, c: b }),
        ("payback", Op::Ternary { op: Ternary::PaybackWait, dst: DST, a: condition, b: a, c: b }),
        ("exp", unary(Unary::Exp)),
        ("ln", unary(Unary::Ln)),
        ("power", binary(Binary::Power)),
        ("square root", unary(Unary::SquareRoot)),
        ("copy", Op::Copy { dst: DST, x: A }),
        ("draw", Op::Draw { dst: DST, site: 0 }),
        ("normal", Op::Normal { dst: DST, x: A }),
    ]
}

/// The columns, and then the operation over and over.
fn site(name: &str) -> DrawSite {
    DrawSite { name: name.to_owned(), by_step: false, is_normal: false }
}

fn program(op: Op<u16>) -> Program {
    let (a, half) = (Operand::Column(A), Operand::Scalar(HALF));
    let mut ops = vec![
        Op::Draw { dst: A, site: 0 },
        Op::Draw { dst: B, site: 1 },
        Op::Binary { op: Binary::Less, dst: CONDITION, a, b: half },
    ];
    ops.extend([op; COPIES]);
    Program {
        sections: vec![Section::Trial(0..ops.len())],
        ops,
        n_registers: usize::from(DST) + 1,
        scalars: vec![Scalar::Constant(0.5)],
        sites: vec![site("a"), site("b")],
        years_per_step: 1.0,
        ..Program::default()
    }
}

fn kernels(criterion: &mut Criterion) {
    for (name, op) in operations() {
        let program = program(op);
        let mut group = criterion.benchmark_group(format!("kernel/{name}"));
        group.throughput(Throughput::Elements((COPIES * BLOCKS * BLOCK) as u64));
        for path in SimdPath::available() {
            let prepared = Prepared::new(&program, 1).with_path(path);
            let mut worker = Worker::new(&prepared);
            group.bench_function(BenchmarkId::from_parameter(path), |bencher| {
                let trials = (BLOCKS * BLOCK) as u64;
                bencher.iter(|| {
                    black_box(&mut worker).run(0, black_box(trials), &mut Sink::Values(&mut []));
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    targets = kernels
}
criterion_main!(benches);
