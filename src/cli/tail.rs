//! `outlay tail`: how the inputs of a region differ from those outside.

use super::analysis::{self, Files};
use super::args::{Format, TailArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::progress::{self, Watch};
use super::terminal::Terminal;
use super::{interrupt, load};
use crate::accumulate::ChannelKind;
use crate::analysis::Region;
use crate::report;

/// Answers what a tail is made of.
pub(super) fn tail(args: &TailArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    let files = Files::open(&args.written)?;
    let mut expressions = analysis::output_expression(args.output.as_ref());
    expressions.extend(args.region.iter().map(|text| ("--where", text.clone())));
    let request = analysis::request(&args.model, &args.change, expressions);
    let model = load::compile(&request, terminal)?;
    let region = match &args.region {
        Some(text) => {
            let condition = model.watched_output(text).ok_or_else(|| {
                Failure::usage(format!("`{text}` varies by index")).help(
                    "choose a label, or reduce it, for example with `count(condition, index)`",
                )
            })?;
            if condition.kind != ChannelKind::Condition {
                return Err(Failure::usage(format!("`{text}` is no condition"))
                    .help("compare it with something: --where 'npv < 0'")
                    .into());
            }
            Region::Where(condition)
        }
        None => {
            let output = analysis::output(&model, args.output.as_ref())?;
            if output.kind == ChannelKind::Condition {
                return Err(Failure::usage(format!(
                    "`{}` is a condition and has no percentiles",
                    output.name
                ))
                .help(format!("--where '{}' is the region in which it holds", output.name))
                .into());
            }
            Region::Beyond { output, p: args.at }
        }
    };
    let settings = args.trials.settings();
    let watch = Watch::start(settings.trials, terminal.is_watched && !terminal.is_quiet);
    let answer = crate::analysis::tail(&model, &region, &settings, &watch);
    let elapsed = watch.finish();
    let answer = answer.map_err(|reason| analysis::unanswerable(&reason))?;
    if args.written.format != Format::Table {
        terminal.warn(&answer.warnings);
    }
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::tail_memo(&answer), look),
        Format::Markdown => report::markdown(&report::tail_memo(&answer)),
        Format::Json => report::tail_json(&answer, analysis::rounded(elapsed)),
        Format::Csv => report::tail_csv(&answer),
    })?;
    terminal.note(&progress::speed(answer.provenance.trials, elapsed));
    Ok(analysis::exit(&answer.provenance))
}
