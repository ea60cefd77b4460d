mod add;
mod delete;
mod edit;
mod email;
mod list;
mod show;
mod transition;
