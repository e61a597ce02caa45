//! The door for a visitor's own images: files chosen, dropped or fetched become a
//! preview, and, once accepted, a data set of the desk. What was here before stays
//! until then, whatever the files hold.

use super::desk::Desk;
use super::{fetch, route};
use crate::data::gunzip::MAX_UNPACKED;
use crate::data::opened::{MAX_FILES, Order, Preview};
use crate::data::public::PublicSet;
use crate::error::{Error, Result};
use crate::link::{Place, Setup};
use crate::workers::Reader;
use futures::future::{AbortHandle, abortable};
use js_sys::Uint8Array;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, FileList};

/// What is happening at the door.
#[derive(Clone, PartialEq)]
pub enum DoorState {
    /// Nothing.
    Idle,
    /// A published data set is coming: its title, bytes so far, of how many.
    Fetching(&'static str, usize, usize),
    /// Files are being read: bytes so far, of how many.
    Reading(u32, u32),
    /// Files have been read and wait to be accepted.
    Preview(Arc<Preview>),
    /// They were accepted, and are being handed over.
    Taking,
    /// They could not be used.
    Refused(Error),
    /// They are here: the name of the data set.
    Accepted(String),
}

impl DoorState {
    /// Whether something can be cancelled.
    pub fn busy(&self) -> bool {
        matches!(self, DoorState::Fetching(..) | DoorState::Reading(..) | DoorState::Taking)
    }
}

/// The door. Copied freely; all copies are one.
#[derive(Clone, Copy)]
pub struct Door {
    desk: Desk,
    /// What is happening.
    pub state: RwSignal<DoorState>,
    /// The setup that accepted images are for.
    pub wanted: RwSignal<Option<Setup>>,
    /// Whether files hover over the page.
    pub hovering: RwSignal<bool>,
    reader: StoredValue<Option<Reader>, LocalStorage>,
    abort: StoredValue<Option<AbortHandle>, LocalStorage>,
}

impl Door {
    /// A closed door, listening for files that are dropped anywhere on the page.
    pub fn new(desk: Desk) -> Self {
        let door = Door {
            desk,
            state: RwSignal::new(DoorState::Idle),
            wanted: RwSignal::new(None),
            hovering: RwSignal::new(false),
            reader: StoredValue::new_local(None),
            abort: StoredValue::new_local(None),
        };
        door.listen();
        leptos::task::spawn_local(desk.remember());
        // Whoever goes elsewhere has no use for the way back.
        Effect::new(move |_| {
            let here = desk.place.get() == Place::Data;
            if !here
                && door.state.with_untracked(|state| matches!(state, DoorState::Accepted(_) | DoorState::Refused(_)))
            {
                door.state.set(DoorState::Idle);
            }
            if !here {
                door.wanted.set(None);
            }
        });
        door
    }

    /// Notes where to go back to with accepted images.
    pub fn come_back(&self) {
        self.wanted.set(Some(self.desk.setup.get_untracked()).filter(|setup| setup.entry().is_some()));
    }

    /// The data set that the wanted setup asks for and that is not here.
    pub fn missing(&self) -> Option<String> {
        let id = self.wanted.with(|wanted| wanted.as_ref().map(|setup| setup.data.clone()))?;
        self.desk.info(&id).is_none().then_some(id)
    }

    fn listen(self) {
        let has_files = |event: &DragEvent| {
            event.data_transfer().is_some_and(|data| data.types().iter().any(|kind| kind == "Files"))
        };
        // Another page's frame is not a place to drop things, except on the page for it.
        let open = move || self.desk.setup.with_untracked(|setup| !setup.embed.on || setup.place == Place::Data);
        let over = window_event_listener(leptos::ev::dragover, move |event| {
            if has_files(&event) {
                // Without this the browser would leave the page for the file.
                event.prevent_default();
                self.hovering.set(open());
            }
        });
        let leave = window_event_listener(leptos::ev::dragleave, move |event| {
            if event.related_target().is_none() {
                self.hovering.set(false);
            }
        });
        let drop = window_event_listener(leptos::ev::drop, move |event| {
            self.hovering.set(false);
            if !has_files(&event) {
                return;
            }
            event.prevent_default();
            if let Some(files) = event.data_transfer().and_then(|data| data.files()).filter(|_| open()) {
                if self.desk.place.get_untracked() != Place::Data {
                    self.come_back();
                    let _ = window().location().set_hash("/data");
                }
                self.open_files(&files);
            }
        });
        on_cleanup(move || {
            over.remove();
            leave.remove();
            drop.remove();
        });
    }

    /// Reads files that were chosen or dropped.
    pub fn open_files(&self, files: &FileList) {
        let files: Vec<web_sys::File> = (0..files.length()).filter_map(|i| files.get(i)).collect();
        if files.is_empty() {
            return;
        }
        let door = *self;
        self.begin(DoorState::Reading(0, 0), async move { door.read(contents(files).await?, None).await });
    }

    /// Fetches a published data set.
    pub fn fetch(&self, set: &'static PublicSet) {
        let door = *self;
        self.begin(DoorState::Fetching(set.title, 0, set.bytes()), async move {
            let files = fetch::public(set, |bytes| {
                door.state.set(DoorState::Fetching(set.title, bytes, set.bytes()));
            });
            door.read(files.await?, Some(set)).await
        });
    }

    async fn read(self, files: Vec<(String, Uint8Array)>, asked: Option<&'static PublicSet>) -> Result<()> {
        self.state.set(DoorState::Reading(0, 0));
        let mut reader = Reader::start().await?;
        let mut preview = reader.open(&files, |done, of| self.state.set(DoorState::Reading(done, of))).await?;
        if let Some(set) = asked.filter(|_| !preview.published) {
            preview.title = format!("{}, but not the published files", set.title);
        }
        self.reader.set_value(Some(reader));
        self.state.set(DoorState::Preview(Arc::new(preview)));
        Ok(())
    }

    /// Takes the previewed images in.
    pub fn accept(&self, order: Order) {
        let Some(reader) = self.reader.try_update_value(Option::take).flatten() else { return };
        let door = *self;
        self.begin(DoorState::Taking, async move {
            let data = reader.take(order).await?;
            let id = data.id.clone();
            door.desk.accept(data);
            door.state.set(DoorState::Accepted(id.clone()));
            if let Some(setup) = door.wanted.get_untracked() {
                door.wanted.set(None);
                door.state.set(DoorState::Idle);
                let setup = Setup { data: id, ..setup };
                route::push(&setup);
                door.desk.open(&setup.fragment());
            }
            Ok(())
        });
    }

    /// Ends what is going on and forgets what was read.
    pub fn discard(&self) {
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
        self.reader.set_value(None);
        self.state.set(DoorState::Idle);
    }

    fn begin(&self, state: DoorState, work: impl Future<Output = Result<()>> + 'static) {
        self.discard();
        self.state.set(state);
        let (work, abort) = abortable(work);
        self.abort.set_value(Some(abort));
        let door = *self;
        leptos::task::spawn_local(async move {
            if let Ok(Err(error)) = work.await {
                door.state.set(DoorState::Refused(error));
            }
        });
    }
}

/// Names and contents of files.
async fn contents(files: Vec<web_sys::File>) -> Result<Vec<(String, Uint8Array)>> {
    if files.len() > MAX_FILES {
        return Err(Error::Data(format!(
            "{} files are more than make one data set. Choose a file of images and its file of labels together; \
             of MNIST also all four files.",
            files.len()
        )));
    }
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        let name: String = file.name().chars().take(60).collect();
        if file.size() > MAX_UNPACKED as f64 {
            let size = file.size() / 1e6;
            return Err(Error::Data(format!(
                "{name}: {size:.0} MB are more than the {} MB that fit here. Choose a smaller file.",
                MAX_UNPACKED / 1_000_000
            )));
        }
        let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| {
            Error::Data(format!("{name} could not be read. Is it a folder, or was it moved? Choose the file again."))
        })?;
        all.push((name, Uint8Array::new(buffer.unchecked_ref::<js_sys::ArrayBuffer>())));
    }
    Ok(all)
}

/// What covers the page while files hover over it.
#[component]
pub fn DropVeil() -> impl IntoView {
    let door = expect_context::<Door>();
    view! {
        <Show when=move || door.hovering.get()>
            <div class="veil" aria-hidden="true" data-testid="veil"><p>"Drop images and labels (IDX, plain or .gz)"</p></div>
        </Show>
    }
}
