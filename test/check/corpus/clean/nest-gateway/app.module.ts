import { Module } from "@nestjs/common";
import { NotesGateway } from "./notes.gateway";
import { NotesService } from "./notes.service";

@Module({ providers: [NotesGateway, NotesService] })
export class AppModule {}
