import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import type { Server } from "socket.io";
import type { Repository } from "typeorm";
import { Note } from "./note.entity";

@Injectable()
export class NotesService {
  public server: Server;

  constructor(@InjectRepository(Note) private readonly repository: Repository<Note>) {}

  async add(text: string, author: string) {
    const note = this.repository.create({ text, author });
    return this.repository.save(note);
  }
}
