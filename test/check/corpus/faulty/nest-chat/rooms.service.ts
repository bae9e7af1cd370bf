import { Injectable } from "@nestjs/common";
import { InjectModel } from "@nestjs/mongoose";
import { Model } from "mongoose";
import { Visit } from "./visit";

@Injectable()
export class RoomsService {
  private readonly rooms = new Map<string, Set<string>>(); // ! module-state

  constructor(@InjectModel(Visit.name) private readonly visits: Model<Visit>) {}

  enter(room: string, id: string): void {
    const members = this.rooms.get(room) ?? new Set();
    members.add(id);
    this.rooms.set(room, members);
  }

  leaveAll(id: string): void {
    this.rooms.forEach((members) => members.delete(id));
  }

  async remember(id: string): Promise<void> {
    await this.visits.create({ id });
  }
}
