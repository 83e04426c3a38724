"""What figures of an exam mean: intervals, paired tests, agreement of graders, how many items it takes."""
