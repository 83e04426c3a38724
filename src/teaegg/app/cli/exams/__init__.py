"""The commands of exams: where items come from, who stands for them, who sits."""
