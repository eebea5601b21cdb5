//! `outlay sweep`: statistics while one or two inputs take one value after the other.

use super::analysis::{self, Files};
use super::args::{Format, SweepArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::interrupt;
use super::load;
use super::progress::{self, Watch};
use super::terminal::Terminal;
use crate::accumulate::ChannelKind;
use crate::{Compiled, Request, Watched, report};

/// More points are no curve.
const MOST_POINTS: usize = 10_000;

/// Sweeps and reports.
pub(super) fn sweep(args: &SweepArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    check_vary(args)?;
    let files = Files::open(&args.written)?;
    let loaded = load::load(&args.model, terminal)?;
    let request = Request {
        only: args.only.iter().map(|name| name.trim().to_owned()).collect(),
        ..analysis::request(&args.model, &args.change, Vec::new())
    };
    let model = load::compile_loaded(&loaded, &request, terminal)?;
    terminal.diagnose(&model.warnings, &model.sources, &loaded.name);
    let outputs = outputs(&model, &request.only)?;
    let mut statistics = args.statistic.clone();
    if statistics.is_empty() {
        statistics = outputs.iter().flat_map(usual).collect();
    }
    // The outputs themselves are not reported: one is enough.
    let only = outputs.iter().take(1).filter_map(|output| output.name.split('[').next());
    let request = Request {
        name: loaded.name.clone(),
        text: loaded.text.clone(),
        only: only.map(str::to_owned).collect(),
        ..request
    };
    let settings = args.trials.settings();
    let n_points: usize = args.vary.iter().map(|steps| steps.values.len()).product();
    let trials = settings.layout().trials().saturating_mul(n_points as u64);
    let watch = Watch::start(trials, terminal.is_watched && !terminal.is_quiet);
    let sweep = crate::analysis::sweep(
        &request,
        &mut |file| loaded.read(file),
        args.vary.clone(),
        &statistics,
        &settings,
        &watch,
    );
    let elapsed = watch.finish();
    let sweep = sweep.map_err(|failure| {
        terminal.diagnose(&failure.diagnostics, &failure.sources, &loaded.name);
        Stop::Told(if failure.is_usage { Exit::Usage } else { Exit::Model })
    })?;
    if args.written.format != Format::Table {
        terminal.warn(&sweep.warnings);
    }
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::sweep_memo(&sweep), look),
        Format::Markdown => report::markdown(&report::sweep_memo(&sweep)),
        Format::Json => report::sweep_json(&sweep, analysis::rounded(elapsed)),
        Format::Csv => report::sweep_csv(&sweep),
    })?;
    terminal.note(&progress::speed(sweep.provenance.trials * sweep.points.len() as u64, elapsed));
    Ok(if sweep.points.len() < sweep.n_points { Exit::Interrupted } else { Exit::Done })
}

/// One or two inputs, and not too many points.
fn check_vary(args: &SweepArgs) -> Result<(), Failure> {
    if args.vary.len() > 2 {
        return Err(Failure::usage("--vary is given more than twice")
            .help("one or two inputs are varied; set the others with --set"));
    }
    if let [first, second] = args.vary.as_slice()
        && first.vary.name == second.vary.name
    {
        return Err(Failure::usage(format!("--vary `{}` is given twice", first.vary.name)));
    }
    let n_points: usize = args.vary.iter().map(|steps| steps.values.len()).product();
    if n_points > MOST_POINTS {
        return Err(Failure::usage(format!("{n_points} points are more than {MOST_POINTS}"))
            .help("take wider steps"));
    }
    Ok(())
}

/// The outputs to follow: those named, or the first that is no series.
fn outputs(model: &Compiled, only: &[String]) -> Result<Vec<Watched>, Failure> {
    let is_wanted = |watched: &Watched| {
        only.iter().any(|name| watched.name.split('[').next() == Some(name.as_str()))
    };
    let all = model.watched_outputs().into_iter().filter(|watched| !watched.is_series());
    let found: Vec<Watched> = match only {
        [] => all.take(1).collect(),
        _ => all.filter(is_wanted).collect(),
    };
    if found.is_empty() {
        return Err(Failure::usage("there is no output to follow that is not a series")
            .help("name a figure of one, for example --statistic 'p50(lowest(NAME))'"));
    }
    Ok(found)
}

/// What is followed of an output where no statistic is named.
fn usual(output: &Watched) -> Vec<String> {
    let name = &output.name;
    match output.kind {
        ChannelKind::Condition => vec![format!("P({name})")],
        ChannelKind::Number => {
            ["mean", "p5", "p50", "p95"].map(|of| format!("{of}({name})")).into()
        }
        ChannelKind::Time => {
            let percentiles = ["p5", "p50", "p95"].map(|of| format!("{of}({name})"));
            percentiles.into_iter().chain([format!("P(never({name}))")]).collect()
        }
    }
}
