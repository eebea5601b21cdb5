//! One worker: the memory for a block, and the loop over the program's operations.

use super::kernels::{self, Column, Input};
use super::prepared::{Prepared, solve};
use super::sums::{self, Part, Source};
use super::varying::{Varying, WIDTH};
use crate::accumulate::{Cause, Stretch, Tally};
use crate::check::instantiate;
use crate::distribution::Distribution;
use crate::math::irr::{Irr, IrrScratch, irr};
use crate::math::simd::chain::{Links, TILE};
use crate::math::simd::{Kernel, Path};
use crate::program::{ColumnCall, Op, Operand, Record, Scalar, Section, Sum};
use crate::sampling::{BLOCK, Paths, fill_normal, fill_uniform};

/// The memory of one thread: registers, stored series. Nothing in it outlives a block.
#[derive(Debug)]
pub struct Worker<'a> {
    prepared: &'a Prepared<'a>,
    /// For each of the program's calls the law over lanes, where there is one.
    varying: Vec<Option<Varying>>,
    /// The program's registers; behind them its numbers at the current step, each spread over the first tile of a
    /// column.
    registers: Vec<Column>,
    /// The program's links.
    links: Links<BLOCK>,
    /// Numbers that differ from step to step: their columns, and the tables they are from.
    by_step: Vec<(usize, u32)>,
    /// Stored series, step by step.
    series: Vec<Vec<Column>>,
    /// Why a lane of a stored series has no rate of return: 0 it has one, 1 no root, 2 several.
    causes: Vec<Vec<u8>>,
    flows: Vec<f64>,
    scratch: IrrScratch,
    /// Numbers that a source makes for all steps together, a site each.
    paths: Vec<Paths>,
}

/// Where the columns that a program records go.
#[derive(Debug)]
pub enum Sink<'t> {
    /// Into statistics.
    Tally(&'t mut Tally),
    /// Value by value, a list a channel: pilots, replays.
    Values(&'t mut [Vec<f64>]),
    /// Those between given bounds.
    Selection(&'t mut Selection),
}

/// Values of some channels between bounds.
#[derive(Debug)]
pub struct Selection {
    /// By channel: bounds, and the list that takes what lies between them.
    wanted: Vec<Vec<(f64, f64, usize)>>,
    /// One list a stretch.
    pub lists: Vec<Vec<f64>>,
}

impl Selection {
    /// Nothing selected yet.
    pub fn new(n_channels: usize, stretches: &[Stretch]) -> Selection {
        let mut wanted = vec![Vec::new(); n_channels];
        for (list, stretch) in stretches.iter().enumerate() {
            wanted[stretch.channel].push((stretch.low, stretch.high, list));
        }
        Selection { wanted, lists: vec![Vec::new(); stretches.len()] }
    }

    fn record(&mut self, channel: usize, values: &[f64]) {
        for &(low, high, list) in &self.wanted[channel] {
            // + 0.0 makes -0.0 a plain 0, as tallies do.
            let within = values
                .iter()
                .map(|&value| value + 0.0)
                .filter(|value| (low..=high).contains(value));
            self.lists[list].extend(within);
        }
    }
}

impl Sink<'_> {
    #[inline(always)]
    fn record(&mut self, channel: usize, block: u64, values: &[f64]) {
        match self {
            Sink::Tally(tally) => tally.record_inline(channel, block, values),
            Sink::Values(lists) => lists[channel].extend_from_slice(values),
            Sink::Selection(selection) => selection.record(channel, values),
        }
    }
}

/// Blocks in a row, as one kernel.
struct Blocks<'w, 'a, 't> {
    worker: &'w mut Worker<'a>,
    first: u64,
    trials: u64,
    sink: &'w mut Sink<'t>,
}

impl<'a> Worker<'a> {
    /// The memory for a program.
    pub fn new(prepared: &'a Prepared<'a>) -> Worker<'a> {
        let program = prepared.program;
        let steps = program.last_step as usize + 1;
        let n_registers = program.n_registers;
        let mut registers = vec![Column::zeroed(); n_registers + program.scalars.len()];
        let mut by_step = Vec::new();
        for (column, scalar) in (n_registers..).zip(&program.scalars) {
            match *scalar {
                Scalar::Constant(value) => registers[column].0[..TILE].fill(value),
                Scalar::Table(table) => by_step.push((column, table)),
            }
        }
        Worker {
            prepared,
            varying: program.calls.iter().map(varying_of).collect(),
            registers,
            links: Links::new(&program.links, n_registers),
            by_step,
            series: vec![vec![Column::zeroed(); steps]; program.n_stored],
            causes: vec![vec![0; BLOCK]; program.n_stored],
            flows: vec![0.0; steps],
            scratch: IrrScratch::new(),
            paths: vec![Paths::default(); program.sites.len()],
        }
    }

    /// Runs `trials` trials from block `first` on, and records them.
    pub fn run(&mut self, first: u64, trials: u64, sink: &mut Sink<'_>) {
        let path = self.prepared.path;
        path.run(Blocks { worker: self, first, trials, sink });
    }

    #[inline(always)]
    fn block<P: Path>(&mut self, path: P, block: u64, lanes: usize, sink: &mut Sink<'_>) {
        let program = self.prepared.program;
        for section in &program.sections {
            let (range, steps) = match section {
                Section::Trial(range) => (range, 0..=0),
                Section::Steps(range) => (range, 1..=program.last_step),
            };
            // One place from which operations are run: everything is inlined there, for every instruction set.
            for step in steps {
                self.set_scalars(step);
                for &op in &program.ops[range.clone()] {
                    self.op(path, op, block, step, lanes, sink);
                }
            }
        }
    }

    fn set_scalars(&mut self, step: u32) {
        let tables = &self.prepared.program.tables;
        for &(column, table) in &self.by_step {
            self.registers[column].0[..TILE].fill(tables[table as usize][step as usize]);
        }
    }

    #[inline(always)]
    fn scalar(&self, index: u16) -> f64 {
        let column = self.prepared.program.n_registers + usize::from(index);
        self.registers[column].0[0]
    }

    #[inline(always)]
    fn operand(&self, operand: Operand<u16>) -> OperandPlace {
        match operand {
            Operand::Column(register) => OperandPlace::Column(usize::from(register)),
            Operand::Scalar(scalar) => OperandPlace::Scalar(self.scalar(scalar)),
        }
    }

    #[inline(always)]
    fn op<P: Path>(
        &mut self,
        path: P,
        op: Op<u16>,
        block: u64,
        step: u32,
        lanes: usize,
        sink: &mut Sink<'_>,
    ) {
        match op {
            Op::Fill { dst, scalar } => {
                let (dst, value) = (usize::from(dst), self.scalar(scalar));
                self.registers[dst].0.fill(value);
            }
            Op::Draw { dst, site } => self.draw(path, dst, site, 0, block),
            Op::StepDraw { dst, site } => self.draw(path, dst, site, step, block),
            Op::Normal { dst, x } => {
                let (dst, x) = (usize::from(dst), usize::from(x));
                let (dst, [x]) = split(&mut self.registers, dst, [x]);
                fill_normal(path, &x.0, &mut dst.0);
            }
            Op::Sample { dst, x, sampler } => {
                let (dst, x) = (usize::from(dst), usize::from(x));
                let sampler = &self.prepared.samplers[usize::from(sampler)];
                let (dst, [x]) = split(&mut self.registers, dst, [x]);
                sampler.fill(path, &x.0, &mut dst.0);
            }
            Op::Call { dst, call } => self.call(dst, call, block, step),
            Op::Unary { op, dst, x } => {
                let (dst, x) = (usize::from(dst), usize::from(x));
                let (dst, [x]) = split(&mut self.registers, dst, [x]);
                kernels::unary(path, op, dst, x);
            }
            Op::Binary { op, dst, a, b } => {
                let (dst, a, b) = (usize::from(dst), self.operand(a), self.operand(b));
                let (dst, [x, y]) = split(&mut self.registers, dst, [a.index(dst), b.index(dst)]);
                kernels::binary(op, dst, a.input(x), b.input(y));
            }
            Op::Ternary { op, dst, a, b, c } => {
                let (dst, a, b, c) =
                    (usize::from(dst), self.operand(a), self.operand(b), self.operand(c));
                let places = [a.index(dst), b.index(dst), c.index(dst)];
                let (dst, [x, y, z]) = split(&mut self.registers, dst, places);
                let inputs = [a.input(x), b.input(y), c.input(z)];
                kernels::ternary(path, op, dst, inputs, f64::from(step));
            }
            Op::Copy { dst, x } => {
                let (dst, x) = (usize::from(dst), usize::from(x));
                let (dst, [x]) = split(&mut self.registers, dst, [x]);
                dst.0.copy_from_slice(&x.0);
            }
            Op::Chain { start, len } => {
                let chain = self.links.chain(start as usize, len as usize);
                path.chain(chain, &mut self.registers, f64::from(step));
            }
            Op::Store { series, x } => {
                let x = usize::from(x);
                self.series[usize::from(series)][step as usize]
                    .0
                    .copy_from_slice(&self.registers[x].0);
            }
            Op::Irr { dst, series } => self.rate_of_return(dst, series),
            Op::Record { record, x } => {
                let x = usize::from(x);
                let record = &self.prepared.program.records[usize::from(record)];
                let channel = record.channel + if record.by_step { step as usize } else { 0 };
                let values = &self.registers[x].0[..lanes];
                sink.record(channel, block, values);
                if let (false, Sink::Tally(tally)) = (record.rates_of_return.is_empty(), sink) {
                    self.record_causes(record, channel, x, lanes, tally);
                }
            }
        }
    }

    /// The uniform numbers of a site.
    #[inline(always)]
    fn draw<P: Path>(&mut self, path: P, dst: u16, site: u16, step: u32, block: u64) {
        let dst = usize::from(dst);
        let source = &self.prepared.sources[usize::from(site)];
        let out = &mut self.registers[dst].0;
        match source.as_random() {
            Some(key) => fill_uniform(path, key, step, block, out),
            None => source.fill(P::PATH, step, block, &mut self.paths[usize::from(site)], out),
        }
    }

    /// A distribution with parameters in columns: over lanes, or solved lane by lane.
    #[inline(never)]
    fn call(&mut self, dst: u16, call: u16, block: u64, step: u32) {
        let number = usize::from(call);
        let call: &ColumnCall = &self.prepared.program.calls[number];
        if let Some(sum) = call.sum {
            return self.sum_of_draws(dst, number, sum, block, step);
        }
        let arguments: Vec<OperandPlace> =
            call.arguments.iter().map(|&argument| self.operand(argument)).collect();
        let uniform = call.uniform.map(|uniform| self.operand(uniform));
        let dst = usize::from(dst);
        if let (Some(law), Some(uniform)) = (&self.varying[number], uniform) {
            let mut lanes = vec![[0.0; WIDTH]; arguments.len()];
            for first in (0..BLOCK).step_by(WIDTH) {
                let registers = &self.registers;
                let read = |place: OperandPlace| match place {
                    OperandPlace::Column(column) => {
                        std::array::from_fn(|lane| registers[column].0[first + lane])
                    }
                    OperandPlace::Scalar(value) => [value; WIDTH],
                };
                for (lanes, &argument) in lanes.iter_mut().zip(&arguments) {
                    *lanes = read(argument);
                }
                let draws = law.draw(self.prepared.path, &mut lanes, &read(uniform));
                self.registers[dst].0[first..first + WIDTH].copy_from_slice(&draws);
            }
            return;
        }
        for lane in 0..BLOCK {
            let value = |place: &OperandPlace| match *place {
                OperandPlace::Column(column) => self.registers[column].0[lane],
                OperandPlace::Scalar(value) => value,
            };
            let mut parameters = arguments.iter().map(value);
            let distribution = instantiate(&call.template, &mut |_| parameters.next());
            let draw = match (distribution, &uniform) {
                (Some(Ok(distribution)), Some(uniform)) => solve(&distribution, value(uniform)),
                (Some(Ok(distribution)), None) => distribution.base(),
                (Some(Err(_)) | None, _) => f64::NAN,
            };
            self.registers[dst].0[lane] = draw;
        }
    }

    /// Sums of as many draws as the first argument says.
    fn sum_of_draws(&mut self, dst: u16, number: usize, sum: Sum, block: u64, step: u32) {
        let call: &ColumnCall = &self.prepared.program.calls[number];
        let column = |&argument: &Operand<u16>| -> [f64; BLOCK] {
            match self.operand(argument) {
                OperandPlace::Column(column) => self.registers[column].0,
                OperandPlace::Scalar(value) => [value; BLOCK],
            }
        };
        let mut columns = call.arguments.iter().map(column);
        let counts = columns.next().expect("a sum has a count");
        let arguments: Vec<[f64; BLOCK]> = columns.collect();
        let law = self.varying[number].as_ref();
        let laws: Vec<Option<Distribution>> = match (sum.sampler, law) {
            (None, None) => (0..BLOCK)
                .map(|lane| {
                    let mut parameters = arguments.iter().map(|column| column[lane]);
                    instantiate(&call.template, &mut |_| parameters.next())?.ok()
                })
                .collect(),
            _ => Vec::new(),
        };
        let part = match (sum.sampler, law) {
            (Some(sampler), _) => Part::Sampler(&self.prepared.samplers[sampler as usize]),
            (None, Some(law)) => Part::Law(law, &arguments),
            (None, None) => Part::Lanes(&laws),
        };
        let key = self.prepared.streams[sum.stream as usize];
        let source = Source { key, step: if sum.by_step { step } else { 0 }, block };
        let dst = usize::from(dst);
        sums::fill(self.prepared.path, part, source, &counts, &mut self.registers[dst].0);
    }

    #[inline(never)]
    fn rate_of_return(&mut self, dst: u16, series: u16) {
        let dst = usize::from(dst);
        let years = self.prepared.program.years_per_step;
        let steps = &self.series[usize::from(series)];
        let causes = &mut self.causes[usize::from(series)];
        for (lane, known_cause) in causes.iter_mut().enumerate() {
            for (flow, column) in self.flows.iter_mut().zip(steps) {
                *flow = column.0[lane];
            }
            let (value, cause) = match self.flows.iter().all(|flow| flow.is_finite()) {
                false => (f64::NAN, 0),
                true => match irr(&self.flows, years, &mut self.scratch) {
                    Irr::Rate(rate) => (rate, 0),
                    Irr::NoRoot => (f64::NAN, 1),
                    Irr::SeveralRoots => (f64::NAN, 2),
                },
            };
            self.registers[dst].0[lane] = value;
            *known_cause = cause;
        }
    }

    /// Names the cause of each undefined lane that comes from a rate of return.
    #[inline(never)]
    fn record_causes(
        &self,
        record: &Record,
        channel: usize,
        x: usize,
        lanes: usize,
        tally: &mut Tally,
    ) {
        let mut counts = [0_u64; 3];
        for lane in 0..lanes {
            if self.registers[x].0[lane].is_nan() {
                let causes = record
                    .rates_of_return
                    .iter()
                    .map(|&series| self.causes[usize::from(series)][lane]);
                let cause = causes.into_iter().find(|&cause| cause != 0).unwrap_or(0);
                counts[usize::from(cause)] += 1;
            }
        }
        for (cause, count) in [(Cause::IrrNone, counts[1]), (Cause::IrrSeveral, counts[2])] {
            if count > 0 {
                tally.record_cause(channel, cause, count);
            }
        }
    }
}

/// An operand that has been looked up.
#[derive(Clone, Copy)]
enum OperandPlace {
    Column(usize),
    Scalar(f64),
}

impl OperandPlace {
    /// The column; for a number any column that is not the destination's serves.
    #[inline(always)]
    fn index(self, dst: usize) -> usize {
        match self {
            OperandPlace::Column(column) => column,
            OperandPlace::Scalar(_) => usize::from(dst == 0),
        }
    }

    #[inline(always)]
    fn input(self, column: &Column) -> Input<'_> {
        match self {
            OperandPlace::Column(_) => Input::Column(column),
            OperandPlace::Scalar(value) => Input::Scalar(value),
        }
    }
}

/// The law over lanes of a call, where there is one.
fn varying_of(call: &ColumnCall) -> Option<Varying> {
    match call.sum {
        Some(_) => Varying::of_sum(&call.template),
        None => Varying::of(&call.template),
    }
}

/// The destination and the operands; the allocation of registers keeps them apart.
#[inline(always)]
fn split<const N: usize>(
    registers: &mut [Column],
    dst: usize,
    operands: [usize; N],
) -> (&mut Column, [&Column; N]) {
    let (below, rest) = registers.split_at_mut(dst);
    let (dst_column, above) = rest.split_first_mut().expect("a destination is a register");
    let (below, above) = (&*below, &*above);
    let operands = operands
        .map(|operand| if operand < dst { &below[operand] } else { &above[operand - dst - 1] });
    (dst_column, operands)
}

impl Kernel for Blocks<'_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let mut left = self.trials;
        let mut block = self.first;
        while left > 0 {
            let lanes = left.min(BLOCK as u64);
            self.worker.block(path, block, usize::try_from(lanes).unwrap_or(BLOCK), self.sink);
            left -= lanes;
            block += 1;
        }
    }
}
