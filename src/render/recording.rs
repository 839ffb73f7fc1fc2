//! A session as an animated SVG file: typed text appears character by character, and output appears line by line. The
//! animation is CSS in the file. It loops, and needs no script and no network access. Viewers who prefer reduced motion
//! see the last frame.

use super::svg::{Svg, cover};
use crate::markup::Span;

/// The time between the prompt and the first character that is typed, in milliseconds.
const THINKING_MS: u64 = 900;
/// The time that it takes to type a character, in milliseconds.
const TYPING_MS: u64 = 55;
/// The time between the last character and the reply, in milliseconds.
const REPLY_MS: u64 = 350;
/// The time that a viewer needs to read a character, in milliseconds.
const READING_MS: u64 = 25;
/// The time for which the last frame stays visible, in milliseconds.
const END_MS: u64 = 6000;

/// A line of the recording.
#[derive(Debug, Clone)]
struct RecordedLine {
    /// The time at which the line appears, in milliseconds after the start.
    at_ms: u64,
    /// If the line was typed, the times at which its first and last characters appear, in milliseconds after the start.
    typed: Option<(u64, u64)>,
}

/// A session that is being recorded.
#[derive(Debug, Clone)]
pub struct Recording {
    svg: Svg,
    lines: Vec<RecordedLine>,
    now_ms: u64,
}

impl Recording {
    /// Creates an empty recording. Lines longer than `columns` are wrapped.
    pub fn new(columns: usize) -> Self {
        Recording { svg: Svg::new(columns), lines: Vec::new(), now_ms: 0 }
    }

    /// Adds a line that was typed. `spans` are its prompt and its text.
    pub fn add_typed(&mut self, spans: &[Span]) {
        let line = self.svg.current_line();
        self.svg.add(spans);
        let (_, columns) = self.svg.columns_of(line);
        let start_ms = self.now_ms + THINKING_MS;
        let end_ms = start_ms + columns as u64 * TYPING_MS;
        self.schedule(Some((start_ms, end_ms)));
        self.now_ms = end_ms + REPLY_MS;
    }

    /// Adds output, followed by a pause long enough for a viewer to read it.
    pub fn add(&mut self, spans: &[Span]) {
        self.svg.add(spans);
        self.schedule(None);
        let characters: usize = spans.iter().map(|span| span.text.trim().chars().count()).sum();
        self.now_ms += characters as u64 * READING_MS;
    }

    /// Schedules the newly added lines to appear at the recording's current time.
    fn schedule(&mut self, typed: Option<(u64, u64)>) {
        // The last line may still be empty. It is scheduled as soon as it contains text.
        let end = self.svg.current_line() + usize::from(self.svg.columns_of(self.svg.current_line()) != (0, 0));
        while self.lines.len() < end {
            self.lines.push(RecordedLine { at_ms: self.now_ms, typed });
        }
    }

    /// Returns the SVG file. Screen readers read `title` aloud.
    pub fn write(self, title: &str) -> String {
        let total_ms = self.now_ms + END_MS;
        let percent = |ms: u64| format!("{:.2}%", ms as f64 * 100.0 / total_ms as f64);
        let mut style = format!(
            ".line,.cover{{animation-duration:{:.1}s;animation-iteration-count:infinite;animation-timing-function:step-end}}\
             .cover{{transform:scaleX(0);transform-box:fill-box;transform-origin:100% 50%}}\
             @media(prefers-reduced-motion:reduce){{.line,.cover{{animation:none!important}}}}",
            total_ms as f64 / 1000.0
        );
        let mut times: Vec<u64> = self.lines.iter().map(|line| line.at_ms).filter(|&at_ms| at_ms > 0).collect();
        times.dedup();
        for (number, &at_ms) in times.iter().enumerate() {
            style.push_str(&format!("@keyframes a{number}{{0%{{opacity:0}}{}{{opacity:1}}}}", percent(at_ms)));
        }
        for (index, line) in self.lines.iter().enumerate() {
            let Some((start_ms, end_ms)) = line.typed else { continue };
            style.push_str(&format!(
                "@keyframes t{index}{{0%{{transform:scaleX(1)}}{}{{transform:scaleX(1);animation-timing-function:\
                 steps({})}}{}{{transform:scaleX(0)}}}}",
                percent(start_ms),
                self.svg.columns_of(index).1.max(1),
                percent(end_ms)
            ));
        }
        let lines = self.lines;
        let covers: Vec<(usize, usize)> = (0..lines.len()).map(|index| self.svg.columns_of(index)).collect();
        self.svg.write_with(title, &style, |index, mut elements| {
            let line = &lines[index];
            if line.typed.is_some() {
                let (column, columns) = covers[index];
                elements.push_str(&cover(index, column, columns, &format!(" style=\"animation-name:t{index}\"")));
            }
            match times.iter().position(|&at_ms| at_ms == line.at_ms) {
                Some(number) => {
                    format!("<g class=\"line\" style=\"animation-name:a{number}\">{}</g>\n", elements.trim_end())
                }
                None => elements,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Role;

    fn line(role: Role, text: &str) -> Vec<Span> {
        vec![Span::new(role, text), Span::new(Role::Plain, '\n')]
    }

    #[test]
    fn the_animation_ends_with_everything_visible() {
        let mut recording = Recording::new(40);
        recording.add(&line(Role::Plain, &"a".repeat(40)));
        recording.add_typed(&[
            Span::new(Role::Prompt, ">>> "),
            Span::new(Role::Plain, "PING"),
            Span::new(Role::Plain, '\n'),
        ]);
        recording.add(&line(Role::Reply, "PONG"));
        let written = recording.write("title");
        // Reading takes 1000 ms, and then the prompt appears. Four characters are typed from 1900 to 2120 ms. The reply
        // appears at 2470 ms and is read in 100 ms. The last frame stays for 6000 ms, so the total is 8570 ms.
        for part in [
            "animation-duration:8.6s",
            "@keyframes a0{0%{opacity:0}11.67%{opacity:1}}",
            "@keyframes a1{0%{opacity:0}28.82%{opacity:1}}",
            "@keyframes t1{0%{transform:scaleX(1)}22.17%{transform:scaleX(1);animation-timing-function:steps(4)}\
             24.74%{transform:scaleX(0)}}",
            "<rect class=\"paper cover\" x=\"49.6\" y=\"36\" width=\"33.6\" height=\"20\" style=\"animation-name:t1\"/>",
            "<g class=\"line\" style=\"animation-name:a1\"><text y=\"70\"",
        ] {
            assert!(written.contains(part), "{part} is not in {written}");
        }
        assert_eq!(written.matches("<g ").count(), 2, "the first line is visible from the start: {written}");
    }
}
