export class Round {
  private begun = false; // ! module-state

  begin(): void {
    if (this.begun) return;
    this.begun = true;
  }
}
