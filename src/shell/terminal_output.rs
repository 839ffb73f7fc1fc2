//! Output on the terminal: lays out what a session shows, and saves the learner's progress.

use super::course_progress::CourseProgress;
use super::text_width;
use crate::lesson::progress::Progress;
use crate::markup::{Role, Style, Text};
use crate::messages::driver as messages;
use crate::render::Renderer;
use crate::render::theme::Theme;
use crate::session::event::{Effect, Event, Show};
use crate::session::status::Status;
use crate::user_files::ProgressFile;

/// The output side of the terminal front end. It lays out what a session shows for the current width of the terminal,
/// and saves progress.
pub struct TerminalOutput<'a> {
    renderer: Renderer,
    course_progress: CourseProgress,
    progress_file: &'a mut ProgressFile,
}

impl<'a> TerminalOutput<'a> {
    pub fn new(
        style: Style,
        theme: Theme,
        course_progress: CourseProgress,
        progress_file: &'a mut ProgressFile,
    ) -> Self {
        TerminalOutput { renderer: Renderer::new(style, theme), course_progress, progress_file }
    }

    /// Renders an item of output as text to write at the cursor. The banner of a lesson precedes its heading.
    pub fn render(&mut self, show: &Show) -> String {
        self.update_width();
        let mut text = String::new();
        if let Show::Heading(heading) = show
            && let Some(banner) = self.course_progress.banner_before(heading, self.renderer.style)
        {
            text.push_str(&self.renderer.render(&Show::Text(banner)));
            text.push_str(&self.renderer.render(&Show::Gap));
        }
        text.push_str(&self.renderer.render(show));
        text
    }

    /// Returns the status line to write before a prompt.
    pub fn render_status(&mut self, status: &Status) -> String {
        self.update_width();
        self.renderer.render_status(status)
    }

    /// Performs an effect while the user types a line, and returns the resulting event, if any. Output is appended to
    /// `text`, which will be printed above the prompt.
    pub fn perform_above_prompt(&mut self, effect: Effect, text: &mut String) -> Option<Event> {
        if text.is_empty() {
            // The cursor is on the line with the prompt, but the text will be printed on separate lines.
            self.renderer.set_at_line_start();
        }
        match effect {
            Effect::Show(show) => text.push_str(&self.render(&show)),
            Effect::Progress(progress) => {
                if let Some(sentence) = self.save_progress(&progress) {
                    text.push_str(&self.render(&Show::Text(Text::from_markdown(Role::Error, &sentence))));
                }
            }
            // The user cannot enter `:save` while another line is being typed, so any such effect is refused.
            Effect::WriteFile { path, .. } => {
                let refusal = messages::file_not_requested(&path);
                return Some(Event::FileWritten { path, refusal: Some(refusal) });
            }
            _ => {}
        }
        None
    }

    /// Returns the line break that ends an unfinished line of output, or an empty string.
    pub fn line_end(&mut self) -> &'static str {
        self.renderer.end_line()
    }

    /// Records that a prompt was shown and answered, so that the cursor is at the start of a line.
    pub fn prompt_answered(&mut self) {
        self.renderer.set_at_line_start();
    }

    /// Returns the theme and style for lines that are drawn without the renderer.
    pub fn theme_and_style(&self) -> (Theme, Style) {
        (self.renderer.theme, self.renderer.style)
    }

    /// Saves the learner's progress. Returns a message for the learner when saving first fails, when it works again, or
    /// when the file was damaged. Otherwise, returns `None`.
    pub fn save_progress(&mut self, progress: &Progress) -> Option<String> {
        self.course_progress.update(progress);
        self.progress_file.save(progress)
    }

    /// Returns whether all progress of the session is saved.
    pub fn is_progress_saved(&self) -> bool {
        self.progress_file.status().is_saved()
    }

    fn update_width(&mut self) {
        self.renderer.style.width = text_width();
    }
}
