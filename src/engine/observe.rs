//! Trials watched one by one: the values of a program's channels, chunk by chunk, in order.
//!
//! In: one program, or several that run the same trials. Out: whatever the caller makes of each chunk, handed
//! over in the order of the trials, whatever the threads. Nothing grows with the number of trials.

use std::sync::Mutex;

use rayon::prelude::*;

use super::execute::{Sink, Worker};
use super::monitor::Monitor;
use super::prepared::Prepared;
use crate::sampling::{BLOCK, Replicate};

/// Blocks of a chunk.
const CHUNK_BLOCKS: u64 = 16;
/// Trials of a chunk, but for the last one: part of what a result that adds up chunks is a function of.
pub const CHUNK: u64 = CHUNK_BLOCKS * BLOCK as u64;
/// Chunks that each thread takes before what was made of them is handed over.
const CHUNKS_PER_THREAD: usize = 4;

/// The trials `first..first + len` with all their values.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    /// The first trial.
    pub first: u64,
    /// Its block.
    pub first_block: u64,
    /// How many there are.
    pub len: usize,
    /// By run, by channel: one value a trial.
    pub runs: Vec<Vec<Vec<f64>>>,
}

impl Chunk {
    /// The values of a channel of the first run.
    pub fn column(&self, channel: usize) -> &[f64] {
        &self.runs[0][channel]
    }
}

/// Watches trials `0..trials` of one or more programs, the same trials of each.
///
/// `digest` is called with every chunk, on any thread; `take` with what it made, in the order of the trials.
/// Gives how many trials were watched: fewer where the monitor stopped it.
pub fn observe<T: Send>(
    runs: &[Prepared<'_>],
    trials: u64,
    monitor: &dyn Monitor,
    digest: impl Fn(&Chunk) -> T + Sync,
    take: impl FnMut(T),
) -> u64 {
    let all = Replicate { number: 0, first_block: 0, trials };
    observe_replicate(runs, all, 0, monitor, digest, take)
}

/// The same for the trials of one replicate, or as many of the first as it says, which are counted from
/// `first_trial` on.
pub fn observe_replicate<T: Send>(
    runs: &[Prepared<'_>],
    replicate: Replicate,
    first_trial: u64,
    monitor: &dyn Monitor,
    digest: impl Fn(&Chunk) -> T + Sync,
    mut take: impl FnMut(T),
) -> u64 {
    let Replicate { first_block, trials, .. } = replicate;
    let n_chunks = trials.div_ceil(CHUNK);
    let wave = (rayon::current_num_threads() * CHUNKS_PER_THREAD) as u64;
    let desks: Mutex<Vec<Desk<'_>>> = Mutex::new(Vec::new());
    let mut next = 0;
    while next < n_chunks && !monitor.is_stopped() {
        let end = (next + wave).min(n_chunks);
        let made: Vec<T> = (next..end)
            .into_par_iter()
            .map(|chunk| {
                let free = desks.lock().ok().and_then(|mut desks| desks.pop());
                let mut desk = free.unwrap_or_else(|| Desk::new(runs));
                let done = chunk * CHUNK;
                let first_block = first_block + chunk * CHUNK_BLOCKS;
                let count = CHUNK.min(trials - done);
                let made = digest(desk.work(first_trial + done, first_block, count));
                if let Ok(mut desks) = desks.lock() {
                    desks.push(desk);
                }
                made
            })
            .collect();
        made.into_iter().for_each(&mut take);
        next = end;
        monitor.progress((next * CHUNK).min(trials));
    }
    (next * CHUNK).min(trials)
}

/// The memory for a chunk: a worker for each run.
struct Desk<'a> {
    workers: Vec<Worker<'a>>,
    chunk: Chunk,
}

impl<'a> Desk<'a> {
    fn new(runs: &'a [Prepared<'a>]) -> Desk<'a> {
        let lists = |run: &Prepared<'_>| vec![Vec::new(); run.program.n_channels];
        Desk {
            workers: runs.iter().map(Worker::new).collect(),
            chunk: Chunk { runs: runs.iter().map(lists).collect(), ..Chunk::default() },
        }
    }

    fn work(&mut self, first: u64, first_block: u64, trials: u64) -> &Chunk {
        self.chunk.first = first;
        self.chunk.first_block = first_block;
        self.chunk.len = usize::try_from(trials).unwrap_or(usize::MAX);
        for (worker, lists) in self.workers.iter_mut().zip(&mut self.chunk.runs) {
            lists.iter_mut().for_each(Vec::clear);
            worker.run(first_block, trials, &mut Sink::Values(lists));
        }
        &self.chunk
    }
}
