//! What is shown on the terminal, as text, and what is kept of the learner's way.

use std::io;

use super::milestone::Milestones;
use super::text_width;
use crate::lesson::progress::Progress;
use crate::markup::Style;
use crate::render::Renderer;
use crate::render::theme::Theme;
use crate::session::event::{Effect, Event, Show};
use crate::session::status::Status;

/// Lays out what is shown, for the terminal's width as it is at that moment.
pub struct Page<S> {
    renderer: Renderer,
    milestones: Milestones,
    save: S,
}

impl<S: FnMut(&Progress) -> io::Result<()>> Page<S> {
    pub fn new(style: Style, theme: Theme, milestones: Milestones, save: S) -> Self {
        Page { renderer: Renderer::new(style, theme), milestones, save }
    }

    /// The text for what is shown where the cursor stands.
    pub fn show(&mut self, show: &Show) -> String {
        self.measure();
        let mut text = String::new();
        if let Show::Heading(heading) = show
            && let Some(milestone) = self.milestones.before(heading, self.renderer.style)
        {
            text.push_str(&self.renderer.render(&Show::Text(milestone)));
            text.push_str(&self.renderer.render(&Show::Gap));
        }
        text.push_str(&self.renderer.render(show));
        text
    }

    /// The line before a prompt.
    pub fn status(&mut self, status: &Status) -> String {
        self.measure();
        self.renderer.render_status(status)
    }

    /// Performs what is to be done while a prompt is typed at: what it shows is added to `text`, which stands above the
    /// prompt.
    ///
    /// # Errors
    /// Those of saving.
    pub fn above_prompt(&mut self, effect: Effect, text: &mut String) -> io::Result<Option<Event>> {
        if text.is_empty() {
            // The cursor is on the prompt's line, and the text is not.
            self.renderer.set_at_line_start();
        }
        match effect {
            Effect::Show(show) => text.push_str(&self.show(&show)),
            Effect::Progress(progress) => self.progress(&progress)?,
            // Nobody types `:save` while they type something else.
            Effect::WriteFile { path, .. } => {
                let refusal = format!("`{path}` is not written: nobody at a prompt asked for it.");
                return Ok(Some(Event::FileWritten { path, refusal: Some(refusal) }));
            }
            _ => {}
        }
        Ok(None)
    }

    /// What ends an unfinished line.
    pub fn line_end(&mut self) -> &'static str {
        self.renderer.end_line()
    }

    /// A prompt was shown and answered.
    pub fn prompted(&mut self) {
        self.renderer.set_at_line_start();
    }

    /// How a line beside the pages is drawn.
    pub fn look(&self) -> (Theme, Style) {
        (self.renderer.theme, self.renderer.style)
    }

    /// Keeps how far the learner is.
    ///
    /// # Errors
    /// Those of saving.
    pub fn progress(&mut self, progress: &Progress) -> io::Result<()> {
        self.milestones.heard(progress);
        (self.save)(progress)
    }

    fn measure(&mut self) {
        self.renderer.style.width = text_width();
    }
}
