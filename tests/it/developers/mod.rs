mod delete;
mod edit;
mod list;
mod show;
mod transition;
