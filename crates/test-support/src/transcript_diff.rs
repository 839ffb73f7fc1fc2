//! Compares two transcripts line by line.

/// Maximum number of lines from each transcript that the description of a difference shows.
const SHOWN: usize = 6;

/// Returns a description of each difference between the transcripts. The result is empty if they are equal.
///
/// After a difference, the two transcripts are aligned again at the next line that both contain, so that a missing line
/// is reported only once. If the transcript echoes commands after `> `, the description names the command.
pub fn differences(truth: &str, ours: &str) -> Vec<String> {
    let (truth, ours): (Vec<&str>, Vec<&str>) = (truth.split('\n').collect(), ours.split('\n').collect());
    let mut found = Vec::new();
    let (mut at, mut other) = (0, 0);
    while at < truth.len() || other < ours.len() {
        if truth.get(at) == ours.get(other) {
            (at, other) = (at + 1, other + 1);
            continue;
        }
        let (more, others) = skip_to_common_line(&truth[at..], &ours[other..]);
        let command = truth[..at.min(truth.len())].iter().rev().find(|line| line.starts_with("> "));
        let place = format!("line {}{}", at + 1, command.map_or(String::new(), |command| format!(" {command}")));
        found.push(difference(&place, &truth[at..at + more], &ours[other..other + others]));
        (at, other) = (at + more, other + others);
    }
    found
}

/// Returns how many lines to skip in each transcript until both continue with the same line. The total is as small as
/// possible.
fn skip_to_common_line(truth: &[&str], ours: &[&str]) -> (usize, usize) {
    const REACH: usize = 40;
    (1..=REACH)
        .flat_map(|sum| (0..=sum).map(move |left| (left, sum - left)))
        .find(|&(left, right)| truth.get(left).is_some_and(|line| ours.get(right) == Some(line)))
        .unwrap_or((truth.len(), ours.len()))
}

fn difference(place: &str, truth: &[&str], ours: &[&str]) -> String {
    let shown = |lines: &[&str], mark: &str| {
        let mut text: String = lines.iter().take(SHOWN).map(|line| format!("\n  {mark} {line}")).collect();
        if lines.len() > SHOWN {
            text.push_str(&format!("\n  {mark} ... and {} more lines", lines.len() - SHOWN));
        }
        text
    };
    format!("{place}:{}{}", shown(truth, "truth"), shown(ours, "ours "))
}

/// Replaces the connection's number in the reply to HELLO with `N`, as in the recordings. The transcript must be in
/// redis-cli's format.
pub fn without_connection_id(transcript: &str) -> String {
    let mut after_name = false;
    let masked = transcript.split('\n').map(|line| {
        let is_value = after_name || line.contains("\"id\" => (integer) ");
        after_name = line.ends_with(") \"id\"");
        match line.rsplit_once("(integer) ") {
            Some((before, _)) if is_value => format!("{before}(integer) N"),
            _ => line.to_owned(),
        }
    });
    masked.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_transcripts_do_not_differ() {
        assert!(differences("a\nb\n", "a\nb\n").is_empty());
    }

    #[test]
    fn one_changed_missing_or_surplus_line_is_one_difference() {
        assert_eq!(differences("a\nb\nc\n", "a\nx\nc\n"), ["line 2:\n  truth b\n  ours  x"]);
        assert_eq!(differences("a\nb\nc\n", "a\nc\n"), ["line 2:\n  truth b"]);
        assert_eq!(differences("a\nc\n", "a\nb\nc\n"), ["line 2:\n  ours  b"]);
        assert_eq!(differences("a\n", "").len(), 1);
        assert_eq!(differences("a\n", "a").len(), 1);
    }

    #[test]
    fn the_command_above_a_difference_is_named() {
        assert_eq!(differences("> GET a\n$1\n1\n", "> GET a\n$1\n2\n"), ["line 3 > GET a:\n  truth 1\n  ours  2"]);
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long: String = (0..100).map(|n| format!("{n}\n")).collect();
        let found = differences(&long, "x\n");
        assert!(found[0].contains("more lines"), "{found:?}");
    }

    #[test]
    fn the_connection_number_is_masked_in_both_protocols() {
        assert_eq!(without_connection_id("4# \"id\" => (integer) 12\n"), "4# \"id\" => (integer) N\n");
        assert_eq!(
            without_connection_id(" 7) \"id\"\n 8) (integer) 12\n 9) (integer) 3"),
            " 7) \"id\"\n 8) (integer) N\n 9) (integer) 3"
        );
    }
}
