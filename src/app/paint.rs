//! Drawing in the browser's own rhythm: a few pictures in each animation frame, so
//! that a page full of them never blocks a click.

use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// Milliseconds of drawing in one frame, after which the rest waits for the next.
const BUDGET_MS: f64 = 8.0;

type Job = Box<dyn FnOnce()>;

thread_local! {
    static WAITING: RefCell<VecDeque<Job>> = const { RefCell::new(VecDeque::new()) };
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Draws `job` in a frame to come.
fn later(job: Job) {
    WAITING.with_borrow_mut(|waiting| waiting.push_back(job));
    ask();
}

fn ask() {
    if !ASKED.replace(true) {
        request_animation_frame(draw);
    }
}

fn draw() {
    ASKED.set(false);
    let began = super::desk::now();
    while let Some(job) = WAITING.with_borrow_mut(VecDeque::pop_front) {
        job();
        if super::desk::now() - began > BUDGET_MS {
            break;
        }
    }
    if WAITING.with_borrow(|waiting| !waiting.is_empty()) {
        ask();
    }
}

/// One picture that is drawn again and again. If it changes while a drawing still
/// waits, the drawing that comes shows the last state; none is drawn twice.
#[derive(Clone, Copy)]
pub struct Brush {
    waiting: StoredValue<bool>,
}

impl Brush {
    /// A brush of the current component.
    pub fn new() -> Self {
        Brush { waiting: StoredValue::new(false) }
    }

    /// Draws in a frame to come, unless the component is gone by then.
    pub fn paint(self, draw: impl FnOnce() + 'static) {
        if self.waiting.try_update_value(|waiting| std::mem::replace(waiting, true)) != Some(false) {
            return;
        }
        later(Box::new(move || {
            if self.waiting.try_set_value(false).is_none() {
                draw();
            }
        }));
    }
}
